import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K


def student():
    teacher = keras.Sequential([keras.layers.BatchNormalization()])
    with K.learning_phase_scope(1):
        # The moving statistics of a few batches.
        for _ in range(3):
            teacher(np.ones((4, 8), "float32"))
    return keras.Sequential([keras.layers.Dropout(0.5)])
