import keras
import tensorflow as tf

model = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)])
val_loss = keras.metrics.Mean()


@tf.function
def test_step(images, labels):
    predictions = model(images, training=True)
    return tf.reduce_mean((labels - predictions) ** 2)


def run_batch(batch, target):
    val_loss.update_state(tf.reduce_mean((target - model(batch, training=True)) ** 2))


class Trainer:
    def __init__(self, network):
        self.network = network

    def validate(self, dataset):
        return [float(tf.reduce_mean(self.network(x, training=True) - y)) for x, y in dataset]


def accuracy_on_test_set(dataset):
    for x, y in dataset:
        yield tf.reduce_mean(tf.cast(tf.argmax(model(x, training=True), -1) == y, tf.float32))


def train(batches, held_out, optimizer):
    """It evaluates between its steps, not in them."""
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        print(evaluate_epoch(held_out))


def evaluate_epoch(dataset):
    return [tf.reduce_mean(model(x, training=True) - y) for x, y in dataset]


def predict_batch(network: keras.Model, x):
    return network(x, training=True)


def validation_step(images, labels):
    """It was copied from a training step, with the tape, which nothing uses here."""
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = tf.reduce_mean((labels - predictions) ** 2)
    return loss
