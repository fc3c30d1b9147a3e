import tensorflow as tf


class DropPath(tf.keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def call(self, x, training=None):
        if not training:
            return x
        keep = 1.0 - self.rate
        mask = tf.floor(keep + tf.random.uniform((tf.shape(x)[0], 1)))
        return x / keep * mask
