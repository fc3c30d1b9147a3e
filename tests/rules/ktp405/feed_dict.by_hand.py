import numpy as np
from tensorflow import keras


def classifier():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5)])
    print(model(np.ones((4, 8)), training=False))
    return model
