import keras
import tensorflow as tf
from keras import ops
from tensorflow.keras import backend as K


def drop_path(x, rate):
    random = 1 - rate
    random += tf.random.uniform([tf.shape(x)[0], 1, 1], dtype=x.dtype)
    binary = tf.floor(random)
    return tf.math.divide(x, 1 - rate) * binary


class StochasticDepth(keras.layers.Layer):
    def call(self, inputs, training=None):
        x, shortcut = inputs
        return shortcut + drop_path(x, 0.2)


class WordDropout(keras.layers.Layer):
    def call(self, x):
        keep = keras.random.uniform(ops.shape(x)[:2]) > 0.1
        return ops.where(keep[..., None], x, 0.0)


class Bernoulli(keras.layers.Layer):
    def call(self, x):
        return tf.multiply(x, K.random_bernoulli(K.shape(x), 0.5))


class DropRows(keras.layers.Layer):
    def call(self, x):
        return self._dropped(x, tf.cast(tf.random.uniform(tf.shape(x)[:1]) < 0.5, tf.float32))

    def _dropped(self, x, mask):
        return x * mask[:, None] * tf.cast(tf.less(tf.random.uniform(tf.shape(x)), 0.5), x.dtype)


class OldDropout(keras.layers.Layer):
    def call(self, x):
        return K.dropout(x, 0.5)


class SparseDropout(keras.layers.Layer):
    def call(self, x):
        mask = tf.cast(tf.floor(0.5 + tf.random.uniform(tf.shape(x.values))), tf.bool)
        return tf.sparse.retain(x, mask)


class DroppedName(keras.layers.Layer):
    def call(self, x):
        mask = tf.floor(0.9 + tf.random.uniform((tf.shape(x)[0], 1)))
        x = x / 0.9 * mask
        return x


class DroppedInPlace(keras.layers.Layer):
    def call(self, x):
        x *= tf.cast(tf.random.uniform(tf.shape(x)) > 0.1, x.dtype)
        return x


class DropoutWithGenerator(keras.layers.Layer):
    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate
        self.numbers = tf.random.Generator.from_seed(1)

    def call(self, x):
        mask = tf.cast(self.numbers.uniform(tf.shape(x)) > self.rate, x.dtype)
        return x * mask


class DropsWithGlobalNumbers(keras.layers.Layer):
    def call(self, x):
        numbers = tf.random.get_global_generator()
        return tf.where(numbers.uniform(tf.shape(x)) < 0.1, 0.0, x)


class FunctionOnSelf(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = tf.nn.dropout

    def call(self, x):
        return self.drop(x, 0.5)
