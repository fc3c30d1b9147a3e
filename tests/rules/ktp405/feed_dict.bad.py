import numpy as np
import tensorflow as tf
from tensorflow import keras


def classifier():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dropout(0.5)])
    with tf.compat.v1.Session() as session:
        feed = {model.input: np.ones((4, 8)), tf.keras.backend.learning_phase(): 0}
        print(session.run(model.output, feed_dict=feed))
    return model
