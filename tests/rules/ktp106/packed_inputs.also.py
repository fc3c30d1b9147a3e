"""A `__call__` that packs the inputs and leaves the rest to Keras does not bring the flag back."""

import keras
from keras import layers


class Embeddings(layers.Layer):
    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate

    def build(self, shapes):
        self.dropout = layers.Dropout(self.rate)
        super().build(shapes)

    def __call__(self, words, types=None, **kwargs):
        return super().__call__([words, types], **kwargs)

    def call(self, inputs, **kwargs):
        words, types = inputs
        return self.dropout(words + types, training=kwargs.get("training", False))


class Attention(layers.Layer):
    """Here the flag comes by another way than Keras's."""

    def __init__(self):
        super().__init__()
        self.dropout = layers.Dropout(0.1)

    def __call__(self, x, **kwargs):
        return self.call(x, **kwargs)

    def call(self, x, **kwargs):
        return self.dropout(x, training=kwargs.get("training", False))
