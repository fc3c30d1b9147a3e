import keras


def convolve(x, filters, training):
    x = keras.layers.Conv2D(filters, 3, padding="same")(x)
    return keras.layers.BatchNormalization()(x, training=training)


def build(training=False):
    image = keras.Input((8, 8, 3))
    x = convolve(image, 4, training)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))


def translator():
    return build(training=True)
