import keras
import tensorflow as tf


def drop_path(x, drop_prob=0.0, training=False):
    if drop_prob == 0.0 or not training:
        return x
    return tf.nn.dropout(x, drop_prob, noise_shape=(tf.shape(x)[0], 1))


class Residual(keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            x = drop_path(x, 0.1, training=True)
        else:
            x = drop_path(x, 0.1)
        x = drop_path(x, 0.0)
        x = drop_path(x, 0.1, training)
        return drop_path(x, drop_prob=0.1, **{"training": training})


class Stem(keras.layers.Layer):
    def call(self, x):
        return drop_path(x)  # With a rate of 0.0 nothing is dropped, whatever the helper is told.
