import numpy as np
from tensorflow import keras
from tensorflow.keras import backend as K


def classifier():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5)])
    features = K.function([model.layers[0].input, K.learning_phase()], [model.layers[0].output])
    print(features([np.ones((4, 8), "float32"), 0]))
    return model
