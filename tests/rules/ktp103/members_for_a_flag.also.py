from enum import Enum, auto

import keras

PREDICT = 0
FIT = 1


class Mode(Enum):
    TRAIN = auto()
    EVAL = auto()


class Compared(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode=Mode.EVAL):
        is_training = mode is Mode.TRAIN
        return self.dropout(x, training=is_training)


class Guarded(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode=Mode.EVAL):
        if mode == Mode.TRAIN:
            x = self.dropout(x, training=True)
        return x


class Numbered(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode=PREDICT):
        if mode == FIT:
            x = self.dropout(x, training=True)
        return x
