import tensorflow as tf
from tensorflow.keras import layers


class Gate(layers.Layer):
    def call(self, inputs, training=None):
        return inputs * (tf.nn.dropout(inputs, 0.5) if training else inputs)
