"""A call with more arguments than there are parameters raises anyway: the flag is not what is wrong with it."""

import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mask=None):  # noqa: KTP102
        return self.dropout(x)


class Network(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, None, None, training)
