"""Bases that stay frozen and have no dropout, in the ways that people freeze them, and bases that do not depend."""

import keras


def by_attribute(size):
    base = keras.applications.MobileNetV2(include_top=False, weights=None)
    base.trainable = False
    image = keras.Input(size)
    return keras.Model(image, base(image, training=False))


def layer_by_layer(size):
    base = keras.applications.ResNet50(include_top=False, weights=None)
    for layer in base.layers:
        layer.trainable = False
    image = keras.Input(size)
    return keras.Model(image, base(image, training=False))


def all_but_normalization(size):
    base = keras.applications.Xception(include_top=False, weights=None)
    for layer in base.layers[-20:]:
        if not isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = True
    image = keras.Input(size)
    return keras.Model(image, base(image, training=False))


def without_normalization(size):
    base = keras.applications.VGG16(include_top=False, weights=None)
    image = keras.Input(size)
    return keras.Model(image, base(image, training=False))


def when_asked_to(size, train_base=False, small=True):
    application = keras.applications.MobileNetV3Small if small else keras.applications.MobileNetV3Large
    base = application(include_top=False, weights=None)
    freeze = not train_base
    base.trainable = not freeze
    image = keras.Input(size)
    return keras.Model(image, base(image, training=False))


def train(batches, size=(224, 224, 3)):
    for make in (by_attribute, layer_by_layer, all_but_normalization, without_normalization, when_asked_to):
        model = make(size)
        model.compile("adam", "mse")
        model.fit(batches)
