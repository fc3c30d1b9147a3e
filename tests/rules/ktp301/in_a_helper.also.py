import tensorflow as tf
from tensorflow import keras


model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
optimizer = keras.optimizers.Adam()


def error(x, y):
    return tf.reduce_mean((y - model(x)) ** 2)


def train(x, y):
    with tf.GradientTape() as tape:
        loss = error(x, y)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
