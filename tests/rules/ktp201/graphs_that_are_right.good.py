"""Graphs in which the default True reaches nothing, or that are only fitted, asked for predictions, or told."""

import keras
from keras import layers


def dropout_keeps_its_default():
    return keras.Sequential([layers.Resizing(4, 4), layers.Dropout(0.2)])


def behind_a_dropout():
    return keras.Sequential([layers.Resizing(4, 4), layers.Dropout(0.2), layers.BatchNormalization()])


def at_the_end():
    image = keras.Input((8, 8, 3))
    x = layers.BatchNormalization()(image)
    return keras.Model(image, layers.Resizing(4, 4)(x))


def beside():
    image = keras.Input((8, 8, 3))
    resized = layers.Resizing(8, 8)(image)
    normalized = layers.BatchNormalization()(image)
    return keras.Model(image, layers.Concatenate()([resized, normalized]))


def without_a_flag():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.BatchNormalization()(layers.Rescaling(1 / 255)(image)))


def fitted(batches):
    augment = keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1)])
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, layers.BatchNormalization()(augment(image)))
    model.compile("adam", "mse")
    model.fit(batches)
    return model.predict(batches)


def told(images):
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, layers.BatchNormalization()(layers.Resizing(4, 4)(image)))
    return model(images, training=False)
