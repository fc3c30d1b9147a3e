"""A residual block that leaves the flag to whoever holds it.

Wrong: `ResidualBlock.call` does not take `training`, so its dropout depends on the call context. Keras 3.1 to 3.9 lose
the flag that the host passes to the block; the dropout finds the `False` of the frozen scaling there and never drops.
"""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers


class ResidualBlock(layers.Layer):
    def __init__(self, units, rate=0.2, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="relu")
        self.dropout = layers.Dropout(rate)
        self.project = layers.Dense(units)
        self.add = layers.Add()

    def call(self, inputs):
        x = self.hidden(inputs)
        x = self.dropout(x)
        x = self.project(x)
        return self.add([inputs, x])


class Regressor(tf.keras.Model):
    def __init__(self, units=16):
        super().__init__()
        self.scale = layers.BatchNormalization()
        self.first = ResidualBlock(units)
        self.second = ResidualBlock(units)
        self.out = layers.Dense(1)

    def call(self, inputs, training=None):
        # The statistics of the inputs are loaded from an older model and stay as they are.
        x = self.scale(inputs, training=False)
        x = self.first(x, training=training)
        x = self.second(x, training=training)
        return self.out(x)


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 16)).astype("float32")
    y = x.sum(axis=1, keepdims=True)

    model = Regressor()
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
