import keras
import tensorflow as tf

network = keras.Sequential([keras.layers.Dense(1)])
optimizer = keras.optimizers.Adam()


def train(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - network(x)) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables))
