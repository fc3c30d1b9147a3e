from tensorflow import keras
from tensorflow.keras import backend as K


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return x + (K.learning_phase() == 1)
