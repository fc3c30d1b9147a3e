import keras
from keras import ops


def attend(query, value, dropout=None, train=False):
    weights = ops.softmax(ops.matmul(query, ops.transpose(value)))
    if train and dropout is not None:
        weights = dropout(weights, training=True)
    return ops.matmul(weights, value)


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, x):
        return attend(x, x, dropout=self.drop)
