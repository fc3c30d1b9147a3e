"""Models that hand the flag on as they should; nothing is reported here."""

import keras
import numpy as np
from keras import layers


class Block(layers.Layer):
    """Takes the flag and forwards it to each layer that needs it."""

    def __init__(self, units, rate=0.2, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units, activation="relu")
        self.norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(rate)

    def call(self, x, training=None):
        x = self.norm(self.dense(x), training=training)
        return self.dropout(x, training=training)


class MonteCarloDropout(layers.Dropout):
    """Drops in inference too: asked for, to estimate uncertainty."""

    def call(self, inputs):
        return super().call(inputs, training=True)


class FineTuned(keras.Model):
    """Keeps its backbone in inference, and says so; the rest is told the flag of the model."""

    def __init__(self, backbone, units=16):
        super().__init__()
        self.backbone = backbone
        self.blocks = [Block(units) for _ in range(2)]
        self.memory = layers.LSTM(units)
        self.out = layers.Dense(1)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        for block in self.blocks:
            x = block(x, training=training)
        x = self.memory(x[:, None, :])
        return self.out(x)


def functional_model():
    """In a functional model the flag is Keras's own business."""
    inputs = keras.Input((8,))
    x = Block(16)(inputs)
    x = layers.Dropout(0.5)(x)
    x = MonteCarloDropout(0.1)(x)
    return keras.Model(inputs, layers.Dense(8)(x))


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8)).astype("float32")

    backbone = functional_model()
    backbone.compile(optimizer="adam", loss="mse")
    backbone.fit(x, x, epochs=1, batch_size=16, verbose=2)

    model = FineTuned(backbone)
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, x[:, :1], epochs=1, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
