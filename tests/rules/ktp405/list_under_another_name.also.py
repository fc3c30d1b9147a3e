from tensorflow import keras
from tensorflow.keras import backend as K


def features(model):
    inputs = [model.input, K.learning_phase()]
    return K.function(inputs, [model.output])
