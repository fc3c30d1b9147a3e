from my_package.backend import learning_phase
from tensorflow.keras import backend as K
