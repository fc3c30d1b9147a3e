from tensorflow import keras
from tensorflow.keras import backend as K


def sample(model, x, other):
    with K.learning_phase_scope(1), other:
        return model(x)
