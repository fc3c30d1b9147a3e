"""`call` makes a functional model, which is what is fitted: its layers get the flag of that."""

import keras
from keras import layers


class Described(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()

    def call(self, shape, name="described"):
        image = keras.Input(shape=shape)
        x = self.norm(image)
        model = keras.Model(image, x, name=name)
        return model


class MadeInPlace(keras.Model):
    def call(self, shape):
        image = layers.Input(shape)
        x = layers.Dense(4)(image)
        x = layers.Dropout(0.5)(x)
        return keras.models.Model(inputs=image, outputs=x)
