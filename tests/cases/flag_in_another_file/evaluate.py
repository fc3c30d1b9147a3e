"""The only thing in the file that has to do with a flag is one given by position, over several lines."""

import numpy as np
import tensorflow as tf
from network import network


def evaluate(batch):
    logits = network(
        batch,
        False,  # expect: KTP203
    )
    return tf.argmax(logits), np.clip(batch, 0, True)
