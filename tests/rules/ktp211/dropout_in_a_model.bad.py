import keras
import tensorflow as tf


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.LayerNormalization()

    def call(self, x, training=None):
        x = tf.nn.dropout(x, rate=0.5)
        return self.norm(x)
