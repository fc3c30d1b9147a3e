import keras


class Told(keras.layers.Layer):
    """The model around the container always says True or False, and the container hands it on."""

    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=True):
        return self.norm(x, training=training)


class Untold(keras.layers.Layer):
    """A container keeps a None to itself, so that a plain `encoder(x)` runs the default."""

    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=True):
        return self.norm(x, training=training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = keras.Sequential([Told() for _ in range(2)])

    def call(self, x, training=False):
        return self.features(x, training=training)


class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = keras.Sequential([Untold() for _ in range(2)])

    def call(self, x, training=None):
        return self.features(x, training=training)
