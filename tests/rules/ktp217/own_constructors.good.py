import keras
from keras.layers import Dropout


class Block(keras.layers.Layer):
    def __init__(self, rate, training=True):
        super().__init__()
        self.training_at_first = training
        self.dropout = Dropout(rate, trainable=False)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


block = Block(0.5, training=True)
inputs = keras.Input((8,))
outputs = Dropout(0.5)(block(inputs), training=True)


def make(Dropout):
    return Dropout(0.5, training=True)


def own():
    from my_layers import Dropout

    return Dropout(0.5, training=True)
