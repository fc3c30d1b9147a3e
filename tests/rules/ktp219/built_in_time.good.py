"""Sequentials that are built in `build`, bring an Input, depend on nothing, or belong to classes that Keras traces."""

import keras
from keras import layers


class Traced(layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])

    def call(self, x, training=None):
        return self.body(x, training=training)


class BuiltInALoop(layers.Layer):
    def __init__(self):
        super().__init__()
        self.parts = [keras.Sequential([layers.Dense(8), layers.Dropout(0.5)]) for _ in range(3)]
        self.head = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])

    def build(self, shape):
        for part in self.parts:
            part.build(shape)
        self.head(keras.Input(shape[1:]))

    def call(self, x, training=None):
        for part in self.parts:
            x = part(x, training=training)
        return self.head(x, training=training)


class WithInputs(layers.Layer):
    def __init__(self, more):
        super().__init__()
        self.body = keras.Sequential([keras.Input((8,)), layers.Dense(8), layers.Dropout(0.5)])
        self.tail = keras.Sequential([layers.Dense(8, input_shape=(8,)), layers.Dropout(0.5)])
        self.norm = keras.Sequential([layers.Dense(8), layers.LayerNormalization()])
        self.frozen = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
        self.given = keras.Sequential([*more, layers.Dropout(0.5)])

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, training=None):
        x = self.norm(self.body(x, training=training), training=training)
        x = self.given(self.tail(x, training=training), training=training)
        return self.frozen(x, training=False) * self.scale


class Model(keras.Model):
    def __init__(self, more):
        super().__init__()
        self.parts = [Traced(), BuiltInALoop(), WithInputs(more)]

    def call(self, x, training=None):
        for part in self.parts:
            x = part(x, training=training)
        return x


class OnlyInGraphs(layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, training=None):
        return self.body(x * self.scale, training=training)


def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, OnlyInGraphs()(inputs))


class MadeAndBuiltByAMethod(keras.layers.Layer):
    """The branches are made by a method that keeps them, which `build` asks for them."""

    def __init__(self, widths=(4, 8)):
        super().__init__()
        self.widths = widths
        self._branches = {}

    def _branch(self, width):
        if width not in self._branches:
            self._branches[width] = keras.Sequential([keras.layers.Dense(width), keras.layers.BatchNormalization()])
        return self._branches[width]

    def build(self, input_shape):
        super().build(input_shape)
        for width in self.widths:
            self._branch(width).build(input_shape)

    def call(self, x, training=None):
        return [self._branch(width)(x, training=training) for width in self.widths]
