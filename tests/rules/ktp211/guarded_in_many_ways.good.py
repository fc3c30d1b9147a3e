import keras
import tensorflow as tf
from keras import backend as K


class Guarded(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def _drop(self, x, rate):
        return tf.nn.dropout(x, rate)

    def call(self, x, training=None):
        if training:
            x = tf.nn.dropout(x, self.rate)
        x = self._drop(x, self.rate if training else 0.0)
        rate = self.rate * tf.cast(training, x.dtype)
        x = tf.nn.dropout(x, rate=rate)
        x = tf.nn.dropout(x, self.rate) if training and self.rate else x
        x = tf.cond(training, lambda: tf.nn.dropout(x, self.rate), lambda: x)
        x = tf.nn.dropout(x, 0.0)
        dropped = tf.nn.dropout(x, self.rate)
        x = tf.where(training, dropped, x)
        return K.in_train_phase(lambda: K.dropout(x, self.rate), x, training=training)


class EarlyReturn(keras.layers.Layer):
    def call(self, x, training=None):
        if not training:
            return x

        def dropped():
            return tf.nn.dropout(x, 0.5)

        return dropped()


class SwitchedOff(keras.layers.Layer):
    def call(self, x, keep_prob=1.0):
        return tf.compat.v1.nn.dropout(x, keep_prob)


class GuardedByTheRest(keras.layers.Layer):
    """The flag is asked for by its name: KTP106 says what Keras 3 does with that."""

    def call(self, x, **kwargs):
        if not kwargs.get("training", False):
            return x
        mask = keras.random.uniform((keras.ops.shape(x)[0], 1)) < 0.5
        return x * keras.ops.cast(mask, x.dtype)


class AsksBefore(keras.layers.Layer):
    def call(self, x, **kwargs):
        if "training" in kwargs and kwargs["training"]:
            x = keras.random.dropout(x, 0.5)
        return tf.nn.dropout(x, 0.5) if kwargs.pop("training", None) else x


class AsksItself(keras.layers.Layer):
    def call(self, x):
        return tf.nn.dropout(x, 0.5) if getattr(self, "in_training", False) else x


class ByMatch(keras.layers.Layer):
    def call(self, x, training=None):
        match training:
            case True:
                return tf.nn.dropout(x, 0.5)
            case _:
                return x
