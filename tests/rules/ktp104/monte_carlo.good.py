import keras


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, inputs, training=True):
        return super().call(inputs, training=training)


class AlwaysOn(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=True):
        return self.dropout(x, training=True)
