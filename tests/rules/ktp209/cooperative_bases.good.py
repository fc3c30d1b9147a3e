"""A bare `Layer`, `Wrapper` or `Model` keeps no default: what `super()` runs is a class that comes after it."""

import keras
from keras import layers


class BasePooling(layers.Layer):
    def call(self, inputs, training=None):
        return super().call(inputs)


class ScaledPooling(BasePooling, layers.AveragePooling1D):
    def call(self, inputs, training=None):
        return super().call(inputs) * 0.5


class BaseWrapper(layers.Wrapper):
    def call(self, inputs, training=None):
        return super().call(inputs)


class BaseModel(keras.Model):
    def call(self, inputs, training=None):
        return super().call(inputs)
