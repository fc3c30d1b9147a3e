import keras


def make_model():
    base = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])
    base.trainable = False
    inputs = keras.Input((8,))
    features = base(inputs, training=False)
    return keras.Model(inputs, keras.layers.Dense(1)(features))


def train(batches):
    model = make_model()
    model.compile("adam", "mse")
    model.fit(batches)
    return model
