"""A pooling layer whose `call` makes a Resizing layer between its branches and its projection."""

import keras
import numpy as np


class Pooling(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.branch = keras.Sequential([keras.layers.Conv2D(4, 1), keras.layers.BatchNormalization()])
        self.pooled = keras.Sequential(
            [keras.layers.AveragePooling2D(4), keras.layers.Conv2D(4, 1), keras.layers.BatchNormalization()]
        )
        self.projection = keras.Sequential(
            [keras.layers.Conv2D(4, 1), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
        )

    def call(self, inputs):
        wide = self.branch(inputs)
        pooled = keras.layers.Resizing(8, 8, interpolation="bilinear")(self.pooled(inputs))
        return self.projection(keras.ops.concatenate([wide, pooled], axis=-1))


def run():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, Pooling()(inputs))
    model(np.random.default_rng(0).normal(5, 1, (4, 8, 8, 3)).astype("float32"))
    return [model]
