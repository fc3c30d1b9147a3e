"""Layers that a function of the module makes each time that `call` runs it, and that are made once where a functional
model is made with it.
"""

import keras


def mlp(x, sizes):
    for size in sizes:
        x = keras.layers.Dense(size)(x)
    return x


def drop(x, rate):
    dropped = keras.layers.Dropout(rate)(x)
    return dropped


class Scorer(keras.Model):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes

    def _scores(self, x):
        return mlp(x, self.sizes)

    def call(self, x):
        def head(y):
            return keras.layers.Dense(1)(y)

        return head(drop(self._scores(x), 0.5))


class AnotherScorer(keras.Model):
    def call(self, x):
        return mlp(x, (8, 1))


def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, only_for_graphs(mlp(inputs, (8, 1))))


def only_for_graphs(x):
    return keras.layers.Dense(4)(x)
