"""A text encoder that takes the flag under a name that Keras does not know.

Wrong: Keras fills only a parameter that is called `training`. `is_training` keeps its default `False` in `fit()`,
under Keras 2 and Keras 3, so dropout is never active.
"""

import keras
import numpy as np
from keras.layers import Dense, Dropout, Embedding, GlobalAveragePooling1D


class SentimentModel(keras.Model):
    def __init__(self, vocabulary=500, width=32):
        super().__init__()
        self.embed = Embedding(vocabulary, width)
        self.pool = GlobalAveragePooling1D()
        self.hidden = Dense(width, activation="relu")
        self.dropout = Dropout(0.5)
        self.out = Dense(1, activation="sigmoid")

    def call(self, tokens, is_training=False):
        x = self.pool(self.embed(tokens))
        x = self.hidden(x)
        x = self.dropout(x, training=is_training)
        return self.out(x)


def main():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 500, (64, 20))
    labels = rng.integers(0, 2, (64, 1))

    model = SentimentModel()
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(tokens, labels, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
