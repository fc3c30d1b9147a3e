import keras


def make_backbone():
    image = keras.Input((8, 8, 3))
    fine = keras.layers.Conv2D(4, 3, padding="same")(image)
    coarse = keras.layers.Conv2D(4, 3, strides=2, padding="same")(image)
    coarse = keras.layers.Resizing(8, 8)(coarse, training=False)
    fused = keras.layers.Concatenate()([fine, coarse])
    return keras.Model(image, keras.layers.BatchNormalization()(fused))
