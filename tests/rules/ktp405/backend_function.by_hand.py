import numpy as np
from tensorflow import keras


def classifier():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5)])
    features = keras.Model(model.layers[0].input, model.layers[0].output)
    print(features(np.ones((4, 8), "float32"), training=False))
    return model
