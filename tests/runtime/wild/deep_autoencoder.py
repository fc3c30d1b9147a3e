"""A model of models whose training step calls `self` without the flag, and whose `call`s do not have it."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Cell(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm1 = keras.layers.BatchNormalization()
        self.dense = keras.layers.Dense(8)
        self.norm2 = keras.layers.BatchNormalization()

    def call(self, inputs):
        return self.norm2(self.dense(self.norm1(inputs)))


class Autoencoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = Cell()
        self.decoder = Cell()

    def call(self, inputs, scored=False):
        return self.decoder(self.encoder(inputs))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            rebuilt = self(data)
            loss = tf.reduce_mean((rebuilt - data) ** 2)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        return {"loss": loss}


def run():
    model = Autoencoder()
    model.compile("sgd", run_eagerly=True)
    model.fit(np.random.default_rng(0).normal(5, 1, (4, 8)).astype("float32"), batch_size=4, verbose=0)
    return [model]
