from tensorflow import keras
from tensorflow.keras import backend as K


def saliency(model):
    gradients = K.gradients(model.output, model.input)
    return K.function([model.input, K.learning_phase()], gradients)
