"""A classifier and a training loop written by hand that calls it without the flag."""

import functools

import numpy as np
import tensorflow as tf
from tensorflow import keras


def make_classifier():
    Conv2D = functools.partial(keras.layers.Conv2D, padding="same", activation="relu")
    BatchNormalization = keras.layers.BatchNormalization
    return keras.Sequential(
        [
            Conv2D(4, 3),
            BatchNormalization(),
            Conv2D(4, 3),
            BatchNormalization(),
            Conv2D(4, 3),
            BatchNormalization(),
            Conv2D(4, 3),
            BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )


classifier = make_classifier()
optimizer = keras.optimizers.SGD(0.01)


def classifier_step(x, y):
    with tf.GradientTape() as tape:
        logits = classifier(x)
        loss = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
    gradients = tape.gradient(loss, classifier.trainable_variables)
    optimizer.apply_gradients(zip(gradients, classifier.trainable_variables))
    return loss


def run():
    x = np.random.default_rng(0).normal(5, 1, (4, 8, 8, 3)).astype("float32")
    classifier_step(x, np.ones((4, 1), "float32"))
    return [classifier]
