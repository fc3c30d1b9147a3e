"""Two views of an image are encoded and predicted from each other, in a training step that passes no flag."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

SIZE = 8


def make_encoder():
    inputs = keras.Input((SIZE,))
    x = keras.layers.Dense(SIZE, use_bias=False)(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dense(SIZE, use_bias=False)(x)
    return keras.Model(inputs, keras.layers.BatchNormalization()(x))


def make_predictor():
    return keras.Sequential(
        [keras.layers.Dense(SIZE, use_bias=False), keras.layers.BatchNormalization(), keras.layers.Dense(SIZE)]
    )


class TwoViews(keras.Model):
    def __init__(self, encoder, predictor):
        super().__init__()
        self.encoder = encoder
        self.predictor = predictor

    def train_step(self, data):
        one, two = data
        with tf.GradientTape() as tape:
            z1, z2 = self.encoder(one), self.encoder(two)
            p1, p2 = self.predictor(z1), self.predictor(z2)
            loss = tf.reduce_mean((p1 - tf.stop_gradient(z2)) ** 2 + (p2 - tf.stop_gradient(z1)) ** 2)
        variables = self.encoder.trainable_variables + self.predictor.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return {"loss": loss}


def run():
    model = TwoViews(make_encoder(), make_predictor())
    model.compile("sgd", run_eagerly=True)
    x = np.random.default_rng(0).normal(5, 1, (4, SIZE)).astype("float32")
    model.fit(x, x, batch_size=4, verbose=0)
    return [model.encoder, model.predictor]
