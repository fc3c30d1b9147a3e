"""A dropout that is called only in training.

Wrong in style only: a Dropout does nothing in inference, so the `if` says again what the flag says already. The model
behaves the same without it, under Keras 2 and Keras 3.
"""

import keras
import numpy as np
from keras import layers


class PriceModel(keras.Model):
    def __init__(self, units=32):
        super().__init__()
        self.hidden = layers.Dense(units, activation="relu")
        self.dropout = layers.Dropout(0.3)
        self.out = layers.Dense(1)

    def call(self, features, training=None):
        x = self.hidden(features)
        if training:
            x = self.dropout(x, training=training)
        return self.out(x)


def main():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(64, 8)).astype("float32")
    prices = features @ rng.normal(size=(8, 1)).astype("float32")

    model = PriceModel()
    model.compile(optimizer="adam", loss="mae")
    model.fit(features, prices, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
