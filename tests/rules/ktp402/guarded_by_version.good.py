import keras
from tensorflow.keras import backend as K

if int(keras.__version__.split(".")[0]) < 3:
    K.set_learning_phase(0)
