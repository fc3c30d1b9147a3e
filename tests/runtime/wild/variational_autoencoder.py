"""A variational autoencoder of two functional models, which its training step calls without the flag."""

import keras
import numpy as np
import tensorflow as tf


def encoder():
    rows = keras.Input((16,))
    hidden = keras.layers.Dropout(0.5)(keras.layers.Dense(8, activation="relu")(rows))
    return keras.Model(rows, [keras.layers.Dense(4)(hidden), keras.layers.Dense(4)(hidden)])


def decoder():
    codes = keras.Input((4,))
    hidden = keras.layers.Dropout(0.5)(keras.layers.Dense(8, activation="relu")(codes))
    return keras.Model(codes, keras.layers.Dropout(0.5)(keras.layers.Dense(16, activation="sigmoid")(hidden)))


class VariationalAutoencoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = encoder()
        self.decoder = decoder()

    def call(self, rows, training=False):
        mean, _ = self.encoder(rows)
        return self.decoder(mean)

    def train_step(self, rows):
        with tf.GradientTape() as tape:
            mean, spread = self.encoder(rows)
            rebuilt = self.decoder(mean + tf.exp(spread) * tf.random.normal(tf.shape(mean)))
            loss = tf.reduce_mean((rows - rebuilt) ** 2)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
        return {"loss": loss}


def run():
    model = VariationalAutoencoder()
    model.compile("sgd", run_eagerly=True)
    model.fit(np.random.default_rng(0).normal(5, 1, (64, 16)).astype("float32"), batch_size=64, verbose=0)
    return [model]
