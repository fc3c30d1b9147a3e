"""A Sequential that each call makes anew, of layers some of which are new, too."""

import keras


class Blocks(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.heads = [keras.layers.Dense(3), keras.layers.Dense(4)]

    def call(self, x):
        made = [keras.layers.Dense(3), keras.layers.ReLU()]
        x = keras.Sequential(made)(x)
        mixed = [*self.heads, keras.layers.Dense(4)]
        return keras.Sequential(mixed)(x)
