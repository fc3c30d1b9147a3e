from enum import Enum

import keras

FIT = 0


class Mode(Enum):
    TRAIN = 0
    EVAL = 1


class Guarded(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode=Mode.TRAIN):
        if mode is not Mode.EVAL:
            x = self.dropout(x)
        return x


class Numbered(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode=FIT):
        return self.dropout(x)
