import keras
import numpy as np
import tensorflow as tf

model = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
plain = keras.Sequential([keras.layers.Dense(8)])
optimizer = keras.optimizers.Adam()


def predict_with_uncertainty(x):
    return model(x, training=True)


def predict(x, passes):
    return np.mean([model(x, training=True) for _ in range(passes)], axis=0)


def test_loop(x):
    total = 0.0
    for _ in range(20):
        total += model(x, training=True)
    return total / 20


def predict_once(x):
    return model(x, training=True)


drawn = [predict_once(np.ones((2, 4))) for _ in range(10)]


def evaluate_plain(x):
    return plain(x, training=True)


def test_time_training(x, y):
    return model(x, training=True)


def evaluation_loss(x, y):
    return tf.reduce_mean((model(x, training=True) - y) ** 2)


def step(x, y):
    with tf.GradientTape() as tape:
        loss = evaluation_loss(x, y)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))


def epoch(x, y, test_loss):
    """The metric is given something else."""
    loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
    test_loss.update_state(tf.reduce_mean(y))
    return loss


def test_images(generator, noise):
    return generator(noise, training=True)


def test_dropout_drops():
    return model(np.ones((2, 4)), training=True)


def validate_update(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True) - y)
    return tape.gradient(loss, model.trainable_variables)


class Predictor:
    def predict(self, x, network):
        return network(x, training=False)


def build_test_model(inputs):
    return inputs


class DepthTrainer:
    """What a step runs, however deep, trains: also a method that is named after what it predicts."""

    def predict_poses(self, frames):
        return model(frames, training=True)

    def process_batch(self, frames):
        return tf.reduce_mean(self.predict_poses(frames) - frames)

    def update(self, frames):
        with tf.GradientTape() as tape:
            loss = self.process_batch(frames)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))


def eval_sensitivity(x, y, differentiate):
    """It hands its tape on."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True) - y)
    return differentiate(tape, loss)
