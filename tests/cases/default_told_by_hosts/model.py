import keras
from layers.attention import Attention, Pooling


class Decoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.pooling = Pooling()

    def call(self, x, training, mask):
        return self.pooling(self.attention(x, training=training) * mask)
