import keras
import tensorflow as tf


class Generator(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=training)


def generator_loss(generator, noise, learn):
    return tf.reduce_mean(generator(noise, learn))


def train():
    learn = True
    generator = Generator()
    optimizer = keras.optimizers.Adam()
    with tf.GradientTape() as tape:
        loss = generator_loss(generator, tf.random.normal((8, 4)), learn)
    gradients = tape.gradient(loss, generator.trainable_variables)
    optimizer.apply_gradients(zip(gradients, generator.trainable_variables))


train()
