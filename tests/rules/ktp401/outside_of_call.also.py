from tensorflow import keras
from tensorflow.keras import backend as K


def phase():
    return K.learning_phase()


print(K.learning_phase())
