import keras
import tensorflow as tf


def drop_path(x, drop_prob=0.0, is_training=False):
    if drop_prob == 0.0 or not is_training:
        return x
    keep = 1 - drop_prob
    mask = tf.floor(keep + tf.random.uniform((tf.shape(x)[0], 1)))
    return x / keep * mask


class Residual(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.dense = keras.layers.Dense(4)

    def call(self, x, training=None):
        return x + drop_path(self.dense(x), self.rate)


class Regularized(keras.layers.Layer):
    rate = 0.2

    @staticmethod
    def _smooth(x, training=None):
        return keras.random.dropout(x, 0.2) if training else x

    def _thin(self, x, *, training=False):
        return tf.cond(tf.cast(training, tf.bool), lambda: tf.nn.dropout(x, self.rate), lambda: x)

    def _regularize(self, x, training=None):
        return self._thin(x, training=training)


class Derived(Regularized):
    def call(self, x, training=None):
        return self._regularize(x) + self._smooth(x)
