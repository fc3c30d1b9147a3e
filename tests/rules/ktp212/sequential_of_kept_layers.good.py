"""A Sequential that each call makes anew, of layers that the object keeps: their weights train and are saved."""

import keras


class Blocks(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.blocks = [[keras.layers.Dense(3)], [keras.layers.Dense(3), keras.layers.ReLU()]]
        self.heads = [keras.layers.Dense(3), keras.layers.Dense(4)]

    def call(self, x):
        for block in self.blocks:
            x = keras.Sequential(block)(x)
        chosen = []
        for head in self.heads:
            chosen.append(head)
        return keras.Sequential(self.heads[1:])(keras.Sequential(chosen)(x))
