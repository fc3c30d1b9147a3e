import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, **kwargs):
        return super().call(inputs, **kwargs) * 0.5
