"""An autoencoder for anomalies with a dropout after each layer, whose `call` has no `training`."""

import keras
import numpy as np


class Autoencoder(keras.Model):
    def __init__(self, features):
        super().__init__()
        self.narrow = keras.layers.Dense(8, activation="relu")
        self.dropout1 = keras.layers.Dropout(0.5)
        self.code = keras.layers.Dense(4, activation="relu")
        self.dropout2 = keras.layers.Dropout(0.5)
        self.widen = keras.layers.Dense(8, activation="relu")
        self.dropout3 = keras.layers.Dropout(0.5)
        self.rebuild = keras.layers.Dense(features, activation="sigmoid")
        self.dropout4 = keras.layers.Dropout(0.5)

    def call(self, rows):
        code = self.dropout2(self.code(self.dropout1(self.narrow(rows))))
        return self.dropout4(self.rebuild(self.dropout3(self.widen(code))))


def run():
    model = Autoencoder(16)
    model.compile("sgd", "mse", run_eagerly=True)
    rows = np.random.default_rng(0).normal(5, 1, (64, 16)).astype("float32")
    model.fit(rows, rows, batch_size=64, verbose=0)
    return [model]
