import numpy as np
from tensorflow import keras


def student():
    teacher = keras.Sequential([keras.layers.BatchNormalization()])
    # The moving statistics of a few batches.
    for _ in range(3):
        teacher(np.ones((4, 8), "float32"), training=True)
    return keras.Sequential([keras.layers.Dropout(0.5)])
