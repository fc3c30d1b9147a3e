import keras
import tensorflow as tf


class Stack(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dropout(0.5), keras.layers.Dropout(0.1)]
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        for part in self.parts:
            x = tf.map_fn(fn=part, elems=x)
            y = map(part, [x])  # Runs when `y` is gone through.
        first, second = map(self.parts[0], (x, self.dense(*y)))
        return keras.tree.map_structure(self.dense, first + keras.ops.map(self.parts[1], second))
