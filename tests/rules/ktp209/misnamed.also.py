import keras


class ScaledDropout(keras.layers.Dropout):
    def call(self, inputs, is_training=None):
        if is_training:
            inputs = inputs * 0.5
        return super().call(inputs)
