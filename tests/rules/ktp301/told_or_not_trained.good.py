import keras
import tensorflow as tf

model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
linear = keras.Sequential([keras.layers.Dense(1)])
optimizer = keras.optimizers.Adam()


def train(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - model(x, training=True)) ** 2)
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))


def train_linear(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((y - linear(x)) ** 2)
    optimizer.apply_gradients(zip(tape.gradient(loss, linear.trainable_variables), linear.trainable_variables))


def saliency(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = tf.reduce_max(model(x))
    return tape.gradient(score, x)


def adversarial(x, steps):
    image = tf.Variable(x)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(model(image))
        optimizer.apply_gradients([(tape.gradient(loss, image), image)])
    return image


def distil(student, x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - student(x, training=True)) ** 2)
    grads = tape.gradient(loss, student.trainable_variables)
    optimizer.apply_gradients(zip(grads, student.trainable_variables))
