"""Trainers that leave the forward pass to their subclasses, which other files define."""
import tensorflow as tf


class Trainer:
    def __init__(self, optimizer):
        self.optimizer = optimizer

    def loss(self, x):
        raise NotImplementedError

    def step(self, x):
        with tf.GradientTape() as tape:
            loss = self.loss(x)
        gradients = tape.gradient(loss, self.critic.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.critic.trainable_variables))

    def score(self, x):
        return self.output(x)


class TrainedByTape(tf.keras.Model):
    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.batch_loss(data)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}
