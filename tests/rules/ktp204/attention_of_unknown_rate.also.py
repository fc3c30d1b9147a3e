import keras


class Block(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.attention = keras.layers.MultiHeadAttention(2, 4, dropout=rate)

    def call(self, x, training=None):
        return self.attention(x, x, training=None)
