from tf_keras import Input, Model
from tf_keras.layers import BatchNormalization, Layer


class Double(Layer):
    def call(self, x):
        return x * 2.0


def classifier():
    inputs = Input((8,))
    x = Double()(inputs)
    x = BatchNormalization(
        momentum=0.9,
    )(x, training=False)
    return Model(inputs, x)
