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


class StochasticDepth(keras.layers.Layer):
    def call(self, inputs, training=True):
        shortcut, residual = inputs
        if training:
            keep = tf.random.uniform((tf.shape(residual)[0], 1)) < 0.8
            residual = residual * tf.cast(keep, residual.dtype) / 0.8
        return shortcut + residual


class DroppedInPlace(keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            x *= tf.floor(0.8 + tf.random.uniform((tf.shape(x)[0], 1)))
        return x


class InHelper(keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            x = self._drop(x)
        return x

    def _drop(self, x):
        x *= tf.floor(0.5 + tf.random.uniform((tf.shape(x)[0], 1)))
        return x


class EachOfMany(keras.layers.Layer):
    def call(self, inputs, training=True):
        outputs = []
        for x in inputs:
            if training:
                x = tf.where(tf.random.uniform(tf.shape(x)) > 0.1, x, tf.zeros_like(x))
            outputs.append(x)
        return outputs
