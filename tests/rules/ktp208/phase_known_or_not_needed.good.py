import keras


class Block(keras.layers.Layer):
    def __init__(self, layer=None):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)
        self.memory = keras.layers.LSTMCell(8)
        self.inner = keras.Sequential([keras.layers.Dropout(0.5)])
        self.attention = keras.layers.MultiHeadAttention(2, 4, dropout=0.1)
        self.layer = layer

    def call(self, x, training=None, again=False):
        x = self.dense.call(x)
        x = self.dropout.call(x, training=training)
        x = self.layer.call(x)
        x = self.inner.call(x)
        x = self.attention.call(x, x)
        if again:
            return self.call(x, training=training)
        return self.memory.call(x, [x])[0]


class Wide(Block):
    def call(self, x, training=None, again=False):
        return Block.call(self, x, training=training)


class Plain(Block):
    def call(self, x, training=None, again=False):
        return Block.call(self, x)
