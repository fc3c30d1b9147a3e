from tensorflow import keras
from tensorflow.keras import backend as K


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def drop(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        return x * training

    def call(self, x, training=None):
        return self.drop(x, training)
