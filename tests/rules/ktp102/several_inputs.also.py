import keras


class Sum(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, first, *others):
        return self.dropout(first) + sum(others)


def model():
    inputs = keras.Input((8,))
    return keras.Model(inputs, Sum()(inputs, inputs, inputs))
