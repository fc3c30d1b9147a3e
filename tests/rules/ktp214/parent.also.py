import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=not training) * 0.5
