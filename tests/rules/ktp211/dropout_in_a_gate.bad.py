import tensorflow as tf
from tensorflow.keras import layers


class Gate(layers.Layer):
    def call(self, inputs):
        return inputs * tf.nn.dropout(inputs, 0.5)
