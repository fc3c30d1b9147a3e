"""`fit()` runs the training step. Where that trains the parts, `call` is for prediction, and needs no flag there."""

import keras
import tensorflow as tf


def generator():
    return keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])


class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = generator()

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.generator(data, training=True))
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.generator.trainable_variables))
        return self.results(loss)

    def results(self, loss):
        return {"loss": loss, "first": self.generator.count_params()}

    @tf.function
    def call(self, noise):
        return self.generator(noise)


class RunsItself(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = generator()

    def train_step(self, data):
        return self.update(data)

    def update(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self(data, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}

    def call(self, noise):
        return self.generator(noise)


class LeavesTheStep(keras.Model):
    def __init__(self):
        super().__init__()
        self.generator = generator()

    def train_step(self, data):
        return super().train_step((data, data))

    def call(self, noise):
        return self.generator(noise)
