"""The model is loaded or made: where it is made, the call raises."""

import os

import keras
from network import Network


def resume(batch, path):
    if os.path.exists(path):
        network = keras.models.load_model(path)
    else:
        network = Network()
    return network(batch, True)  # expect: KTP203
