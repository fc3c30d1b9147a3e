import keras
import tensorflow as tf


class Merge(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = None
        self.blocks = []
        self.made = []

    def build(self, shape):
        self.out = keras.layers.Dense(8)

    def _make(self):
        self.norm = keras.layers.BatchNormalization()
        layer = keras.layers.Dense(8)
        return layer

    def _build_once(self, x, training):
        if not self.made:
            self.made = [self._make()]
        return self.norm(self.made[0](x), training=training)

    def call(self, x, training=None):
        if self.dense is None:
            self.dense = keras.layers.Dense(8)
        if not self.blocks:
            self.blocks.append(keras.layers.Dense(8))
        x = self._build_once(x, training)
        x = keras.layers.Concatenate()([x, self.dense(x)])
        x = keras.layers.ReLU()(keras.layers.Dropout(0.0)(x))
        x = keras.layers.Normalization(mean=0.0, variance=1.0)(x)
        return self.out(x)


def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.Dense(8)(inputs))


class RunsItsOwnCell(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.cell = keras.layers.GRUCell(8)
        self.dense = keras.layers.Dense(8)

    def call(self, x):
        x = keras.layers.TimeDistributed(self.dense)(x)
        return keras.layers.RNN(self.cell, return_sequences=True)(x)


class WithOptions(keras.layers.Layer):
    def __init__(self, normalization=None, rate=0.0):
        super().__init__()
        self.normalization = normalization
        self.rate = rate

    def call(self, x, training=None):
        if self.normalization == "batch":
            x = keras.layers.BatchNormalization()(x)
        if self.rate > 0:
            x = keras.layers.Dropout(self.rate)(x, training=training)
        return x


plain = WithOptions()
