import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, training=None, **kwargs):
        return super().call(inputs, training=training, **kwargs) * 0.5
