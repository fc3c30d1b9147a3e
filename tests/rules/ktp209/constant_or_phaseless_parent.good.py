import keras


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, inputs):
        return super().call(inputs, training=True)


class Plain(keras.layers.Dense):
    def call(self, inputs, training=None):
        return super().call(inputs)
