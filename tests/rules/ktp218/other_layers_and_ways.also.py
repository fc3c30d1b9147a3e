# ruff: noqa: F403, F405
"""Recurrent layers, wrappers, applications, flags in variables, methods that build, star imports."""

from tensorflow import keras
from tensorflow.keras.layers import *

ALWAYS = True


class Forecaster:
    def __init__(self, rate):
        self.rate = rate
        self.model = self.build_model()

    def build_model(self):
        inputs = Input((20, 4))
        x = LSTM(8, dropout=self.rate, return_sequences=True)(inputs, training=True)
        x = Bidirectional(LSTM(8, dropout=0.1))(x, training=ALWAYS)
        for units in (8, 4):
            x = Dense(units)(x)
            x = SpatialDropout1D(self.rate)(x[..., None], **{"training": True})
        return keras.Model(inputs=[inputs], outputs=[Dense(1)(Flatten()(x))])

    def draws(self, inputs):
        return [self.model.predict(inputs) for _ in range(50)]


def unet(size, training=True):
    image = Input(size)
    x = GaussianNoise(0.1)(image, training=training)
    return keras.Model(image, Conv2D(1, 3)(x))


def efficient(batches):
    base = keras.applications.EfficientNetB0(include_top=False)
    base.trainable = False
    image = Input((224, 224, 3))
    model = keras.Model(image, base(image, training=False))
    model.fit(batches)


def from_some_layer_on(batches):
    base = keras.applications.MobileNetV2(include_top=False)
    image = Input((224, 224, 3))
    model = keras.Model(image, base(image, training=False))
    model.fit(batches)
    base.trainable = True
    for layer in base.layers[:100]:
        layer.trainable = False
    model.fit(batches)


def drop_if(x, rate, always):
    if always:
        return Dropout(rate)(x, training=True)
    return Dropout(rate)(x)


def two_models(image=(28, 28)):
    models = []
    for always in (False, True):
        inputs = Input(image)
        models.append(keras.Model(inputs, drop_if(Flatten()(inputs), 0.5, always)))
    return models


def stopped_statistics(inputs):
    tensor = keras.Input((8,))
    model = keras.Model(tensor, BatchNormalization()(tensor, training=False))
    return model(inputs, training=True)
