import keras
import tensorflow as tf


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.head = keras.layers.Dense(2)

    def call(self, x, training=None):
        return self.head(tf.map_fn(lambda *given: self.dropout(*given, training=training), x))
