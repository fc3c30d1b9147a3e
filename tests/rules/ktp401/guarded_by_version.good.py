from tensorflow.keras import backend as K

phase = K.learning_phase() if hasattr(K, "learning_phase") else 0

try:
    phase = K.learning_phase()
except AttributeError:
    phase = 0
