"""Sequentials in lists, filled with `add`, made in `build`, nested; an inherited `build`; layers that nobody uses here."""

import keras
from keras import layers


class Base(layers.Layer):
    def build(self, input_shape):
        super().build(input_shape)


class Branches(Base):
    def __init__(self):
        super().__init__()
        self.branches = [keras.Sequential([layers.Dense(8), layers.Dropout(0.5)], name=f"b{i}") for i in range(3)]

    def call(self, x, training=None):
        for branch in self.branches:
            x = branch(x, training=training)
        return x


class Filled(layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.mlp = keras.Sequential()
        self.mlp.add(layers.Dense(8))
        self.mlp.add(layers.Dropout(rate))

    def build(self, input_shape):
        self.built = True

    def call(self, x):
        return x + self.mlp(x + 1.0)


class MadeInBuild(layers.Layer):
    def build(self, shape):
        # The size is known only here.
        self.body = keras.Sequential([keras.Sequential([layers.Dense(shape[-1]), layers.BatchNormalization()])])

    def call(self, x, training=False):
        x = layers.ReLU()(x)
        return self.body(x, training=training)


class BuildsTheOther(layers.Layer):
    def __init__(self):
        super().__init__()
        self.branches = [keras.Sequential([layers.Dense(8), layers.Dropout(0.5)]) for _ in range(2)]
        self.gate = layers.Dense(1)

    def build(self, input_shape):
        self.gate.build(input_shape)

    def call(self, x, training=None):
        return self.gate(x) * sum(branch(x, training=training) for branch in self.branches)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [Branches(), Filled(0.5), MadeInBuild(), BuildsTheOther()]

    def call(self, x, training=None):
        for part in self.parts:
            x = part(x, training=training)
        return x


class Unused(layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, training=None):
        return self.body(x * self.scale, training=training)
