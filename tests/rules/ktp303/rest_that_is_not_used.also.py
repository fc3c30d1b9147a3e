import keras


class Restorer(keras.layers.Layer):
    """The flag is lost in `**kwargs` that nothing looks into."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, *args, **kwargs):
        return self.dropout(x)


class Forwarder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        return self.dropout(x, **kwargs)


restorer, forwarder = Restorer(), Forwarder()


def sample(x):
    return restorer(x, training=True), forwarder(x, training=True)
