"""A base that is trained and run in training mode together: nobody means `predict()` to stay in it."""

import keras


def backbone():
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.BatchNormalization()(inputs))


def classifier(base, trainable=True):
    base.trainable = trainable
    inputs = keras.Input((8,))
    outputs = keras.layers.Dense(2)(base(inputs, training=trainable))
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    return model


base = backbone()
frozen = classifier(base, trainable=False)
tuned = classifier(base, trainable=True)
tuned.fit([[0.0] * 8], [[0.0] * 2])
