"""Two layers of attention that call a dropout function in every mode."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Attention(keras.layers.Layer):
    def __init__(self, width, rate):
        super().__init__()
        self.rate = rate
        self.query = keras.layers.Dense(width)
        self.key = keras.layers.Dense(width)
        self.value = keras.layers.Dense(width)

    def call(self, patches, mask=None):
        weights = tf.linalg.matmul(self.query(patches), self.key(patches), transpose_b=True)
        if mask is not None:
            weights = weights + mask
        weights = tf.nn.softmax(weights, axis=-1)
        kept = tf.nn.dropout(weights, rate=self.rate)
        return tf.linalg.matmul(kept, self.value(patches))


class Tower(keras.Model):
    def __init__(self, width=8, rate=0.5):
        super().__init__()
        self.blocks = [Attention(width, rate) for _ in range(2)]
        self.norm = keras.layers.LayerNormalization()

    def call(self, patches, training=None):
        for block in self.blocks:
            patches = patches + block(patches)
        return self.norm(patches)


def run():
    model = Tower()
    model.compile(run_eagerly=True)
    model.predict(np.random.default_rng(0).normal(5, 1, (4, 6, 8)).astype("float32"), verbose=0)
    return [model]
