import keras
import tensorflow as tf


class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5)])
        self.head = keras.layers.Dense(2)
        self.optimizer = keras.optimizers.Adam()

    def step(self, x, y, variables):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.head(self.model(x)) - y) ** 2)
        gradients = tape.gradient(loss, variables)
        self.optimizer.apply_gradients(zip(gradients, variables))

    def train(self, data):
        variables = []
        variables.extend(self.head.trainable_variables)
        variables.extend(self.model.trainable_variables)
        for x, y in data:
            self.step(x, y, variables)
