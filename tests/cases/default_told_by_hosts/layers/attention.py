"""A layer that is on by default, and whose callers in other files always pass the flag."""

import keras


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=True):  # quiet-bug
        return self.dropout(self.dense(x), training=training)


class Pooling(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=True):  # expect: KTP104
        return self.dropout(x, training=training)
