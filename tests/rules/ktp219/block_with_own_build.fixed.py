import keras
import numpy as np


class ScaledBlock(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")
        self.body.build(shape)

    def call(self, x, training=None):
        return self.body(x * self.scale, training=training)


class Regressor(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = ScaledBlock()

    def call(self, x, training=None):
        return self.block(x, training=training)


def trained():
    model = Regressor()
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0)
    return model
