"""A parameter says the opposite of `training`, and keeps its default in `fit()` and `predict()`."""

import keras


class Frozen(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, deterministic=True):
        return self.dropout(x, training=not deterministic)


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, *, inference=False):
        if not inference:
            x = self.dropout(x, training=True)
        return x


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, deterministic=True):
        return self.dropout(x, training=not deterministic)


class Passes(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, is_eval=True):
        return self.dropout(x, training=not is_eval)


class Both(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, test=False):
        return self.dropout(x, training=training and not test)


passes = Passes()
passes(keras.ops.ones((1, 2)), is_eval=False)
