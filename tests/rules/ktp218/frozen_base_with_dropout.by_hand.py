import keras


class InInferenceMode(keras.layers.Layer):
    def __init__(self, base):
        super().__init__()
        self.base = base

    def call(self, x):
        return self.base(x, training=False)


def make_model():
    base = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
    base.trainable = False
    inputs = keras.Input((8,))
    features = InInferenceMode(base)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(features))


def train(batches):
    model = make_model()
    model.compile("adam", "mse")
    model.fit(batches)
    return model
