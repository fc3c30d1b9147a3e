import tensorflow as tf


def block(x, layers, **kwargs):
    x = layers.dropout(x)
    return tf.compat.v1.layers.dropout(x, **kwargs)
