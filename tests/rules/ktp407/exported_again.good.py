from keras.backend import learning_phase as learning_phase
from keras.backend import set_learning_phase  # noqa: F401
