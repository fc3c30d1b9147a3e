import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, training=True):
        return super().call(inputs, training=training) * 0.5
