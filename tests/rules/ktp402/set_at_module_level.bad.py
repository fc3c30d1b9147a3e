from tensorflow import keras

keras.utils.set_random_seed(1)
keras.backend.set_learning_phase(0)


def classifier():
    return keras.Sequential([keras.layers.Dropout(0.5)])
