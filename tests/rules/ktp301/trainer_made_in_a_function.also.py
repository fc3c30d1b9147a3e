import keras
import tensorflow as tf


class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = keras.optimizers.Adam()
        self.step = tf.function(self._step)

    def _step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self.model(x)) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_weights))


class Distilling(Trainer):
    """Its constructor is that of another class."""

    def _step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self.model(x)) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_variables))


def main(dataset):
    trainer = Trainer(keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)]))
    for x, y in dataset:
        trainer.step(x, y)


def distil(dataset):
    trainer = Distilling(keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()]))
    for x, y in dataset:
        trainer.step(x, y)


class Head:
    def __init__(self, model):
        self.model = model
        self.optimizer = keras.optimizers.Adam()
        self.step = tf.function(self._step)

    def _step(self, x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((y - self.model(x)) ** 2)
        gradients = tape.gradient(loss, self.model.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.model.trainable_weights))


def without_dropout(dataset):
    head = Head(keras.Sequential([keras.layers.Dense(8)]))
    for x, y in dataset:
        head.step(x, y)
