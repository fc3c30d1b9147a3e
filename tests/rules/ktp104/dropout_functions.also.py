import keras
import tensorflow as tf


class Classifier(keras.Model):
    def call(self, x, training=True):
        if training:
            x = tf.nn.dropout(x, 0.5)
        return x


class DropPath(keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            return self._drop(x)
        return x

    def _drop(self, x):
        return x * tf.floor(0.5 + tf.random.uniform((tf.shape(x)[0], 1)))
