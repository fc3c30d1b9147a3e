import keras
import tensorflow as tf


class Ensemble(keras.layers.Layer):
    """An attribute asks for it."""

    def __init__(self, sampling=False):
        super().__init__()
        self.sampling = sampling

    def call(self, x, training=None):
        if not training and self.sampling:
            x = tf.nn.dropout(x, 0.3)
        return x


class EnsembleInHelper(keras.layers.Layer):
    def __init__(self, sampling=False):
        super().__init__()
        self.sampling = sampling

    def call(self, x, training=None):
        if self.sampling:
            x = self._sampled(x, training)
        return x

    def _sampled(self, x, training):
        return x if training else tf.nn.dropout(x, 0.3)


class EnsembleByMatch(keras.layers.Layer):
    def __init__(self, sampling="none"):
        super().__init__()
        self.sampling = sampling

    def call(self, x, training=None):
        match self.sampling:
            case "dropout":
                return x if training else tf.nn.dropout(x, 0.3)
        return x


class MCDropout(keras.layers.Layer):
    def call(self, x, training=None):
        return x if training else tf.nn.dropout(x, 0.3)


class LessAtInference(keras.layers.Layer):
    """Drops in training as well."""

    def call(self, x, training=None):
        if training:
            x = tf.nn.dropout(x, 0.5)
        else:
            x = tf.nn.dropout(x, 0.1)
        return x


class LayerInTraining(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training:
            return self.drop(x, training=training)
        return tf.nn.dropout(x, 0.1)


class NoiseAtInference(keras.layers.Layer):
    """Nothing becomes zero."""

    def call(self, x, training=None):
        if not training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return x


class Guarded(keras.layers.Layer):
    def call(self, x, training=None):
        if not training:
            return x
        return x * tf.floor(0.9 + tf.random.uniform((tf.shape(x)[0], 1)))
