import keras
import numpy as np


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


def make_model():
    pixels = keras.Input((8,))
    hidden = keras.layers.Dense(8, activation="relu")(pixels)
    hidden = MonteCarloDropout(0.5)(hidden)
    return keras.Model(pixels, keras.layers.Dense(1)(hidden))


def uncertainty(model, images, draws=50):
    return np.std([model.predict(images, verbose=0) for _ in range(draws)], axis=0)
