import keras
import tensorflow as tf


class Told(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.out = keras.layers.Dense(3)

    def call(self, x):
        return self.out(self.dropout(x))


class Untold(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)
        self.out = keras.layers.Dense(3)

    def call(self, x):
        return self.out(self.dropout(x))


told, untold = Told(), Untold()
optimizer = keras.optimizers.Adam()


def train(batches):
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((told(x, training=True) + untold(x) - y) ** 2)
        variables = told.trainable_variables + untold.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
