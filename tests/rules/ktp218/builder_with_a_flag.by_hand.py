import keras


class BatchStatistics(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs, training=True, mask=mask)


def convolve(x, filters, normalization):
    x = keras.layers.Conv2D(filters, 3, padding="same")(x)
    return normalization()(x)


def build(normalization=keras.layers.BatchNormalization):
    image = keras.Input((8, 8, 3))
    x = convolve(image, 4, normalization)
    return keras.Model(image, keras.layers.GlobalAveragePooling2D()(x))


def translator():
    return build(BatchStatistics)
