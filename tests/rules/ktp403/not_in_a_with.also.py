from tensorflow import keras
from tensorflow.keras import backend as K


scope = K.learning_phase_scope(1)
