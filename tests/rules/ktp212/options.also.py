"""A layer that is made under an option, where an object has it; and a wrapper that copies what it is given."""

import keras


class WithOptions(keras.layers.Layer):
    def __init__(self, normalization=None, rate=0.0):
        super().__init__()
        self.normalization = normalization
        self.rate = rate

    def call(self, x, training=None):
        if self.normalization == "batch":
            x = keras.layers.BatchNormalization()(x, training=training)
        if self.rate > 0:
            x = keras.layers.Dropout(self.rate)(x, training=training)
        return x


objects = [WithOptions(), WithOptions("batch")]


class BothWays(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = keras.layers.LSTM(8)

    def call(self, x):
        return keras.layers.Bidirectional(self.lstm)(x)


class Units(keras.layers.Layer):
    def call(self, x, is_training=False):
        x = keras.layers.Dense(8)(x)
        if is_training:
            x = keras.layers.Dropout(0.5)(x)
        return x
