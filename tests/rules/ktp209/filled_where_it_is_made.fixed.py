import keras


class Skip(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return inputs + super().call(inputs, training=training)


def make_model():
    return keras.Sequential([Skip([keras.layers.Dense(8), keras.layers.Dropout(0.5)]), keras.layers.Dense(1)])
