import keras
import tensorflow as tf


class Head(keras.layers.Layer):
    def __init__(self, rate=0.3):
        super().__init__()
        self.rate = rate
        self.dense = keras.layers.Dense(4)

    def call(self, x, training=False):
        x = self.dense(x)
        return x if training else tf.nn.dropout(x, self.rate)


class UnderGuard(keras.layers.Layer):
    def call(self, x, training=None):
        if not training:
            x = tf.nn.dropout(x, 0.3)
        return x


class AfterReturn(keras.layers.Layer):
    def __init__(self, rate=0.3):
        super().__init__()
        self.rate = rate

    def call(self, x, training=None):
        if training or self.rate == 0:
            return x
        return keras.random.dropout(x, self.rate)


class DropPath(keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            return x
        return self._dropped(x)

    def _dropped(self, x):
        return x * tf.floor(0.9 + tf.random.uniform((tf.shape(x)[0], 1)))


class DroppedByCond(keras.layers.Layer):
    def call(self, x, training=None):
        return tf.cond(training, lambda: x, lambda: tf.nn.dropout(x, 0.3))
