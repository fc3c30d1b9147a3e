import keras
import tensorflow as tf


def plain(function):
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return wrapper


class Plain(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    @plain
    def call(self, x, training=None):
        return self.dense(x)


class Inherits(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @plain
    def call(self, x):
        return self.dropout(x)


class Compiled(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @tf.function(jit_compile=True)
    def call(self, x, training=None):
        return self.dropout(x, training=training)
