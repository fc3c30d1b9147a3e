from tensorflow import keras
from tensorflow.python.framework import smart_cond as smart_module
from tensorflow.keras import backend as K


class Noisy(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return smart_module.smart_cond(K.learning_phase(), lambda: self.dropout(x, training=True), lambda: x)
