"""Names of a module that one assignment gives to several: rates, layers, what a function returns together."""
import keras
from keras import layers

RATE, UNITS = 0.0, 8
dropout, dense = layers.Dropout(0.5), layers.Dense(UNITS)


def make():
    return layers.Dense(UNITS), layers.Dropout(0.5)


made_dense, made_dropout = make()
first, *others = [layers.Dense(UNITS), layers.Dense(UNITS), layers.Dropout(0.5)]


class Idle(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = layers.Dropout(RATE)

    def call(self, x):
        return dense(self.dropout(made_dense(first(others[0](x)))))


class Written(keras.Model):
    def call(self, x):  # expect: KTP101
        return dropout(x)


class Returned(keras.Model):
    def call(self, x):  # expect: KTP101
        return made_dropout(x)


class Rest(keras.Model):
    def call(self, x):  # expect: KTP101
        return others[1](x)
