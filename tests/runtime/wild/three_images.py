"""A network for three images; the method that gives the loss in training and in tests calls it without the flag."""

import keras
import numpy as np
import tensorflow as tf


def make_network():
    inputs = keras.Input((8,))
    x = keras.layers.Dense(8)(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dense(8)(x)
    x = keras.layers.BatchNormalization()(x)
    return keras.Model(inputs, keras.layers.Dense(8)(x))


class Triplets(keras.Model):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, inputs):
        return self.network(inputs)

    def distance(self, data):
        return tf.reduce_mean(self.network(data) ** 2)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.distance(data)
        gradients = tape.gradient(loss, self.network.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.network.trainable_weights))
        return {"loss": loss}

    def test_step(self, data):
        return {"loss": self.distance(data)}


def run():
    model = Triplets(make_network())
    model.compile("sgd", run_eagerly=True)
    x = np.random.default_rng(0).normal(5, 1, (4, 8)).astype("float32")
    model.fit(x, batch_size=4, verbose=0)
    return [model.network]
