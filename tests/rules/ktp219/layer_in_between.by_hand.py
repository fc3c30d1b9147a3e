import keras
import numpy as np


class Branch(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8), keras.layers.Dropout(0.5)])

    def call(self, x, training=None):
        return self.body(x, training=training)


class Gated(keras.Model):
    def __init__(self):
        super().__init__()
        self.branches = [Branch(), Branch()]

    def build(self, shape):
        self.gate = self.add_weight(shape=(shape[-1],), initializer="ones", name="gate")
        self.built = True

    def call(self, x, training=None):
        for branch in self.branches:
            x = branch(x, training=training)
        return x * self.gate


def trained():
    model = Gated()
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 8)), np.ones((4, 8)), verbose=0)
    return model
