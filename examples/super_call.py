"""A dropout layer of one's own that extends the one of Keras.

Wrong: `super().call` is a plain method call, Keras fills nothing in. The parent runs with its default
`training=False`: under Keras 2 and Keras 3 nothing is ever dropped.
"""

import keras
import numpy as np
from keras import layers, ops


class WordDropout(layers.Dropout):
    """Drops whole words of a sequence instead of single numbers."""

    def call(self, inputs, training=None):
        mask = ops.ones_like(inputs[..., :1])
        mask = super().call(mask)
        return inputs * mask


class TopicModel(keras.Model):
    def __init__(self, vocabulary=300, topics=4):
        super().__init__()
        self.embed = layers.Embedding(vocabulary, 16)
        self.word_dropout = WordDropout(0.25)
        self.pool = layers.GlobalMaxPooling1D()
        self.out = layers.Dense(topics, activation="softmax")

    def call(self, tokens, training=None):
        x = self.embed(tokens)
        x = self.word_dropout(x, training=training)
        return self.out(self.pool(x))


def main():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 300, (64, 15))
    topics = rng.integers(0, 4, 64)

    model = TopicModel()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(tokens, topics, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
