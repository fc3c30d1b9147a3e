import tensorflow as tf


def thin(x, rate, training=None):
    if not training:
        return x
    return tf.nn.dropout(x, rate)


class Regressor(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.out = tf.keras.layers.Dense(1)

    def call(self, x):
        return self.out(thin(x, 0.5))
