import os

os.environ["KERAS_BACKEND"] = "jax"

import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)
        self.flip = keras.layers.RandomFlip()

    def call(self, x, training=None):
        x = self.flip(x)
        return self.dropout(self.dense(x))


class Block(keras.Model):
    """Only made in a layer of another model: what it calls without a flag finds that of the layer around."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x)


class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x)
