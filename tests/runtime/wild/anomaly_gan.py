"""A trainer that is given its networks, and calls them without the flag on its tape."""

import numpy as np
import tensorflow as tf
from tensorflow import keras


class Coder(keras.Model):
    def __init__(self):
        super().__init__()
        self.layers_in_order = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])

    def call(self, x, training=None):
        return self.layers_in_order(x, training=training)


def train_networks(batches, encoder, decoder, optimizer):
    for batch in batches:
        with tf.GradientTape() as tape:
            code = encoder(batch)
            rebuilt = decoder(code)
            loss = tf.reduce_mean((batch - rebuilt) ** 2)
            variables = encoder.trainable_variables + decoder.trainable_variables
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


def run():
    encoder, decoder = Coder(), Coder()
    batch = np.random.default_rng(0).normal(5, 1, (4, 8)).astype("float32")
    train_networks([batch], encoder, decoder, keras.optimizers.SGD(0.01))
    return [encoder, decoder]
