import numpy as np
from tensorflow import keras


def student():
    teacher = keras.Sequential([keras.layers.Dropout(0.5)])
    print(teacher(np.ones((4, 8), "float32"), training=False))
    return keras.Sequential([keras.layers.Dropout(0.5)])
