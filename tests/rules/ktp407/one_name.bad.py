from tensorflow import keras
from tensorflow.keras.backend import learning_phase


def classifier():
    return keras.Sequential([keras.layers.Dropout(0.5)])
