import keras
import tensorflow as tf


class GraphConvolution(keras.layers.Layer):
    def __init__(self, units, rate=0.0):
        super().__init__()
        self.rate = rate
        self.dense = keras.layers.Dense(units)

    def call(self, x):
        return self.dense(tf.nn.dropout(x, self.rate))


class Score(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.first = GraphConvolution(8, rate=0.5)
        self.second = GraphConvolution(1)

    def call(self, x):
        return self.second(self.first(x))
