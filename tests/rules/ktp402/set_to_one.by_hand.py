from tensorflow import keras


def sampler():
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    return model


def sample(model, x):
    return model(x, training=True)
