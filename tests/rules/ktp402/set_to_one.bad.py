from tensorflow import keras
from tensorflow.keras import backend as K


def sampler():
    model = keras.Sequential([keras.layers.Dropout(0.5)])
    K.set_learning_phase(1)
    return model
