import keras
import tensorflow as tf


class Counted(keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            self.add_loss(tf.reduce_mean(x))
        return x


class Sampled(keras.layers.Layer):
    def call(self, mean, training=True):
        if training:
            return mean + tf.random.normal(tf.shape(mean))
        return mean


class Jittered(keras.layers.Layer):
    """Sharpens by a random factor: nothing becomes zero."""

    def call(self, x, training=True):
        if training:
            x = x * tf.random.uniform((tf.shape(x)[0], 1), 0.9, 1.1)
        return x
