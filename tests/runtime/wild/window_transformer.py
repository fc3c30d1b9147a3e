"""Every `call` takes `*args, **kwargs`; the flag arrives there and goes no further."""

import keras
import numpy as np


class Mlp(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(32)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, inputs, *args, **kwargs):
        return self.drop(self.dense(inputs))


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.mlp = Mlp()
        self.skip_drop = keras.layers.Dropout(0.5)

    def call(self, inputs, training=None, *args, **kwargs):
        return inputs + self.skip_drop(self.mlp(inputs), training=training)


class WindowTransformer(keras.Model):
    def __init__(self):
        super().__init__()
        self.first_drop = keras.layers.Dropout(0.5)
        self.block = Block()

    def features(self, x):
        return self.block(self.first_drop(x))

    def call(self, inputs, *args, **kwargs):
        return self.features(inputs)


def run():
    model = WindowTransformer()
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.random.default_rng(0).normal(5, 1, (4, 32)).astype("float32")
    model.fit(x, x, batch_size=4, verbose=0)
    return [model]
