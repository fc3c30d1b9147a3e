import tensorflow as tf
from tensorflow import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @tf.function(input_signature=[tf.TensorSpec((None, 8))])
    def call(self, x):
        return self.dropout(x)
