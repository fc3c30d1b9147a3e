import keras
import tensorflow as tf

def reference(x):
    return tf.nn.dropout(x, 0.5)


def drop(x, training=None):
    return tf.nn.dropout(x, 0.5) if training else x


layer = keras.layers.Lambda(lambda x, training=None: tf.nn.dropout(x, 0.5) if training else x)
mc_layer = keras.layers.Lambda(lambda x: tf.nn.dropout(x, 0.5))
