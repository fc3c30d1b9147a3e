"""Sequentials, layers of one's own on either side, models inside models, augmentation in a model that is called."""

import keras
from keras import layers


class OnByDefault(layers.Layer):
    def call(self, x, training=True):
        return x


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = layers.Dropout(0.1)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


def in_a_list():
    return keras.Sequential([layers.Resizing(4, 4), layers.Conv2D(3, 3), layers.BatchNormalization()])


def added():
    model = keras.Sequential()
    model.add(layers.CenterCrop(4, 4))
    model.add(Block())
    return model


def own_default():
    image = keras.Input((8, 8, 3))
    x = OnByDefault()(image)
    return keras.Model(image, layers.BatchNormalization()(x))


def inside_another():
    body = keras.Sequential([layers.Conv2D(3, 3), layers.BatchNormalization()])
    image = keras.Input((8, 8, 3))
    return keras.Model(image, body(layers.Resizing(4, 4)(image)))


def from_branches():
    image = keras.Input((8, 8, 3))
    scales = [layers.Resizing(8, 8)(layers.Conv2D(3, size)(image)) for size in (1, 3, 5)]
    x = layers.Concatenate()(scales)
    return keras.Model(image, layers.MultiHeadAttention(2, 2, dropout=0.1)(x, x))


def fitted_and_called(batches, image):
    inputs = keras.Input((8, 8, 3))
    x = layers.RandomFlip()(inputs)
    model = keras.Model(inputs, layers.BatchNormalization()(x))
    model.compile("adam", "mse")
    model.fit(batches)
    return model(image)
