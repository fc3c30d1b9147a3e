import keras
import tensorflow as tf


class Encoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.other = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.5)
        self.dense = keras.layers.Dense(4)

    def call(self, x, training=None):
        x = tf.cond(training, lambda: self.norm(x, training=training), lambda: x)
        x = keras.ops.cond(training, false_fn=lambda: x, true_fn=lambda: self.other(x, training=training))
        # Both ways make something of it, and Dropout does nothing at inference.
        x = tf.cond(training, lambda: self.dense(x), lambda: x * 2.0)
        return tf.cond(training, lambda: self.drop(x, training=True), lambda: x)
