import tensorflow as tf
from tensorflow.python.keras import layers


class Scale(layers.Layer):
    """A layer of Keras 2 in whatever model: it takes the flag by position."""

    def call(self, x, training=None):
        return x * 2.0 if training else x


class Critic(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.scale = Scale()

    def call(self, x, training=None):
        return self.scale(x, training)
