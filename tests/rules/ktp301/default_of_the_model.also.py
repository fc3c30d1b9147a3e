import tensorflow as tf
from tensorflow import keras


model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
optimizer = keras.optimizers.Adam()


def forward(x, training=False):
    return model(x, training=training)


def train(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - forward(x)) ** 2)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
