"""What stays in the graph is not asked for: a default of False, a flag that every call gives, a `fit` without a flag."""

import keras
from keras import layers


def body():
    return keras.Sequential([layers.Dense(8), layers.BatchNormalization()])


class Neck(layers.Layer):
    def build(self, shape):
        self.body = body()

    def call(self, x, training=False):
        return self.body(x, training=training)


class Detector(keras.Model):
    def __init__(self):
        super().__init__()
        self.neck = Neck()

    def call(self, x, training=False):
        return self.neck(x, training=training)


class Demanding(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = body()

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, *, training):  # noqa: KTP105
        return self.body(x * self.scale, training=training)


class Unit(layers.Layer):
    def __init__(self):
        super().__init__()
        self.body = body()

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x, training=None):
        return self.body(x * self.scale, training=training)


class HoldsTheUnit(layers.Layer):
    def __init__(self):
        super().__init__()
        self.unit = Unit()

    def call(self, x, training=None):
        return self.unit(x, training=training)


def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, HoldsTheUnit()(inputs))


class NoFlag(keras.Model):
    """Neither `fit()` nor `predict()` gives it a flag, which is KTP101."""

    def __init__(self):
        super().__init__()
        self.body = body()

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), name="scale")

    def call(self, x):  # noqa: KTP101
        return self.body(x * self.scale)
