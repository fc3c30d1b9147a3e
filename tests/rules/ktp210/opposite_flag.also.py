import keras
import tensorflow as tf


def dropout(x, rate, deterministic=True):
    if deterministic:
        return x
    return tf.nn.dropout(x, rate)


def drop_path(x, rate, *, inference=True):
    if rate and not inference:
        x = x * tf.floor(1 - rate + tf.random.uniform((tf.shape(x)[0], 1)))
    return x


class Residual(keras.layers.Layer):
    def call(self, x, training=None):
        return x + drop_path(dropout(x, 0.1), 0.2)


class Block(keras.layers.Layer):
    def call(self, x):
        return dropout(x, 0.1)
