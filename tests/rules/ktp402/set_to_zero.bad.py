import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K


def student():
    teacher = keras.Sequential([keras.layers.Dropout(0.5)])
    K.set_learning_phase(0)
    print(teacher(np.ones((4, 8), "float32")))
    return keras.Sequential([keras.layers.Dropout(0.5)])
