from tensorflow.keras import backend as K

try:
    K.set_learning_phase(0)
except AttributeError:
    pass
