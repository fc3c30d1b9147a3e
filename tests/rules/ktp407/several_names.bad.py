from tensorflow import keras
from tensorflow.keras.backend import (
    image_data_format,
    in_train_phase,
    set_learning_phase,
)


def classifier():
    print(image_data_format())
    return keras.Sequential([keras.layers.Dropout(0.5)])
