"""A graph, a constructor of one's own; normalization alone, which finds the flag of the context."""

import keras
from keras import layers


class Graph(keras.Model):
    def call(self, inputs, training=None):
        return super().call(inputs)


class Own(keras.Sequential):
    def __init__(self, *parts, rate=0.1):
        super().__init__([*parts, layers.Dropout(rate)])

    def call(self, inputs, training=None):
        return super().call(inputs)


class Normalized(keras.Sequential):
    def call(self, inputs, training=None):
        return super().call(inputs)


class Told(keras.Sequential):
    def call(self, inputs, training=None):
        return super().call(inputs, training=training)


def make_models(size):
    inputs = keras.Input(size)
    graph = Graph(inputs, layers.GaussianNoise(0.1)(layers.Dense(4)(inputs)))
    normalized = Normalized(layers=[layers.Dense(6), layers.BatchNormalization()])
    return graph, Own(layers.Dense(4)), normalized, Told([layers.Dropout(0.1)])
