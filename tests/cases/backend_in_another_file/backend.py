"""A module of the project that stands for Keras's backend, whichever Keras that is."""

import os

if os.environ.get("BACKEND") == "tensorflow":
    from tensorflow.keras import layers
    from tensorflow.keras.backend import *
else:
    from keras import layers
    from keras.backend import *
