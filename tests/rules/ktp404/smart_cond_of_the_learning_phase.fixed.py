from tensorflow import keras
from tensorflow.python.framework import smart_cond as smart_module


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=True) if training else x
