import keras
import tensorflow as tf


class Drop(keras.layers.Layer):
    def call(self, x, training=None):
        if training is not False:
            x = tf.nn.dropout(x, 0.5)
        return x


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.drop = Drop()

    def call(self, x, training=None):
        return self.drop(self.dense(x), training=training)


def train(data):
    model = Net()
    optimizer = keras.optimizers.Adam()
    for x, y in data:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
