import keras


class Named(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, **kwargs):
        return self.dropout(x, training=training, **kwargs)


class Careful(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        if "training" in kwargs:
            return self.dropout(x, training=kwargs["training"])
        return self.dropout(x)


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, x, **kwargs):
        return self.dense(x, training=kwargs.get("training"))


class Scaled(keras.layers.Dense):
    def call(self, inputs, **kwargs):
        return super().call(inputs, **kwargs) * 0.5
