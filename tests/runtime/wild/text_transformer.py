"""Encoder and decoder with one block each: seven dropouts, and no `call` has the parameter."""

import keras
import numpy as np

SIZE = 32


class Attention(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.attention = keras.layers.MultiHeadAttention(2, SIZE, dropout=0.5)
        self.norm = keras.layers.LayerNormalization()

    def call(self, x, context):
        return self.norm(x + self.attention(x, context))


class FeedForward(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.steps = keras.Sequential([keras.layers.Dense(SIZE), keras.layers.Dropout(0.5)])

    def call(self, x):
        return x + self.steps(x)


class Encoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.attention = Attention()
        self.feed_forward = FeedForward()

    def call(self, x):
        x = self.dropout(x)
        x = self.attention(x, x)
        return self.feed_forward(x)


class Decoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.own = Attention()
        self.cross = Attention()
        self.feed_forward = FeedForward()

    def call(self, x, context):
        x = self.dropout(x)
        x = self.own(x, x)
        x = self.cross(x, context)
        return self.feed_forward(x)


class Translator(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder()

    def call(self, inputs):
        source, target = inputs
        return self.decoder(target, self.encoder(source))


def run():
    model = Translator()
    model.compile("sgd", "mse", run_eagerly=True)
    x = np.random.default_rng(0).normal(5, 1, (4, 6, SIZE)).astype("float32")
    model.fit((x, x), x, batch_size=4, verbose=0)
    return [model]
