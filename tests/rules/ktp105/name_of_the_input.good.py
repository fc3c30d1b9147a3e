import keras


class Scaler(keras.layers.Layer):
    """The data goes by the name of the flag: a default of None would let it be called on nothing."""

    def call(self, training, validation):
        return training - keras.ops.mean(training), validation
