"""A recurrent tagger that passes the flag by position.

Wrong: Keras 3 takes only tensors by position, so `fit()` raises a ValueError ("Only input tensors may be passed as
positional arguments"). Under Keras 2 it works for a dropout; in other layers the second argument is something else.
"""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Tagger(keras.Model):
    def __init__(self, vocabulary=200, tags=6):
        super().__init__()
        self.embed = layers.Embedding(vocabulary, 16)
        self.dropout = layers.Dropout(0.3)
        self.rnn = layers.Bidirectional(layers.GRU(16, return_sequences=True))
        self.out = layers.Dense(tags)

    def call(self, tokens, training=False):
        x = self.embed(tokens)
        x = self.dropout(x, training)
        x = self.rnn(x)
        return self.out(x)


def main():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 200, (32, 10))
    tags = rng.integers(0, 6, (32, 10))
    data = tf.data.Dataset.from_tensor_slices((tokens, tags)).batch(8)

    model = Tagger()
    model.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(data, epochs=2, verbose=2)


if __name__ == "__main__":
    main()
