import keras
from elsewhere import run_all


class Used(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return run_all(self.layers, x, training)


class WithoutPhase(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        return run_all(self.layers, x)


class OnlyLooks(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return x * self.dropout.rate


class Abstract(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        raise NotImplementedError


class WithoutParameter(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return run_all(self.dropout, x)
