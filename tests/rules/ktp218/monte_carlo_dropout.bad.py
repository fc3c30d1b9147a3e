import keras
import numpy as np


def make_model():
    pixels = keras.Input((8,))
    hidden = keras.layers.Dense(8, activation="relu")(pixels)
    hidden = keras.layers.Dropout(0.5)(hidden, training=True)
    return keras.Model(pixels, keras.layers.Dense(1)(hidden))


def uncertainty(model, images, draws=50):
    return np.std([model.predict(images, verbose=0) for _ in range(draws)], axis=0)
