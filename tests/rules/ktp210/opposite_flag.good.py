import keras
import tensorflow as tf


def dropout(x, rate, deterministic=True):
    if deterministic:
        return x
    return tf.nn.dropout(x, rate)


def traced(x, rate, test=True):
    if test:
        tf.debugging.assert_all_finite(x, "not a number")
    return tf.nn.relu(x) * rate


class Told(keras.layers.Layer):
    def call(self, x, training=None):
        return dropout(x, 0.1, deterministic=not training)


class ToldByPosition(keras.layers.Layer):
    def call(self, x, training=None):
        return dropout(x, 0.1, not training)


class ByBranch(keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            return dropout(x, 0.1, deterministic=False)
        return dropout(x, 0.1)


class NothingDropped(keras.layers.Layer):
    def call(self, x, training=None):
        return traced(x, 0.1)
