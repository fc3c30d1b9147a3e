"""An autoencoder from the days of the global learning phase.

Wrong: `K.learning_phase()` does not exist in Keras 3, this raises an AttributeError there. Under Keras 2 it reads 0
inside `call` even during `fit()`: the noise is never added.
"""

import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K


class DenoisingAutoencoder(tf.keras.Model):
    def __init__(self, width=20, code=4):
        super().__init__()
        self.noise = tf.keras.layers.GaussianNoise(0.2)
        self.encoder = tf.keras.layers.Dense(code, activation="relu")
        self.decoder = tf.keras.layers.Dense(width)

    def call(self, x):
        x = self.noise(x, training=K.learning_phase())
        return self.decoder(self.encoder(x))


def main():
    data = np.random.default_rng(0).normal(size=(64, 20)).astype("float32")

    model = DenoisingAutoencoder()
    model.compile(optimizer="adam", loss="mse")
    model.fit(data, data, epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
