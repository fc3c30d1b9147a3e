import keras
import tensorflow as tf


class Trainer(keras.Model):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, x, training=None):
        return self.network(x, training=training)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            error = y - self.network(x, training=True)
            loss = tf.reduce_mean(error * error)
        grads = tape.gradient(loss, self.network.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.network.trainable_variables))
        return {"loss": loss}
