"""A small transformer whose `call` methods take `training` and do not hand it on.

Wrong: the layers run in the right phase only because they inherit the flag from the call context. Another flag in
that context (a frozen layer added before them, an augmentation layer) would reach them under Keras 3.
"""

import keras
import numpy as np
from keras import layers


class EncoderBlock(layers.Layer):
    def __init__(self, width, heads=2, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(heads, width // heads, dropout=rate)
        self.norm1 = layers.LayerNormalization()
        self.hidden = layers.Dense(2 * width, activation="gelu")
        self.project = layers.Dense(width)
        self.dropout = layers.Dropout(rate)
        self.norm2 = layers.LayerNormalization()

    def call(self, x, training=None):
        x = self.norm1(x + self.attention(x, x))
        y = self.dropout(self.project(self.hidden(x)))
        return self.norm2(x + y)


class Encoder(keras.Model):
    def __init__(self, vocabulary=500, width=16, depth=3):
        super().__init__()
        self.embed = layers.Embedding(vocabulary, width)
        self.blocks = [EncoderBlock(width) for _ in range(depth)]
        self.pool = layers.GlobalAveragePooling1D()
        self.out = layers.Dense(2, activation="softmax")

    def call(self, tokens, training=None):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x)
        return self.out(self.pool(x))


def main():
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, 500, (64, 12))
    labels = rng.integers(0, 2, 64)

    model = Encoder()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(tokens, labels, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
