import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs) * 0.5
