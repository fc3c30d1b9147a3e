"""What is always on by its own `call`, does not depend on the flag, augments, is not known, or is only called."""

import keras


class MonteCarloDropout(keras.layers.Dropout):
    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x):
        return self.norm(x)


def make_model(path, mode):
    image = keras.Input((8, 8, 3))
    x = keras.Sequential([keras.layers.RandomFlip(), keras.layers.RandomRotation(0.1)])(image, training=False)
    x = keras.layers.Conv2D(4, 3)(x, training=True)
    x = keras.layers.LSTM(4)(keras.layers.Reshape((-1, 4))(x), training=True)
    x = MonteCarloDropout(0.5)(x, training=True)
    x = Block()(x, training=False)
    x = keras.layers.Dropout(0.0)(x, training=True)
    x = keras.layers.Dropout(0.5)(x, training=mode)
    x = keras.models.load_model(path)(x, training=False)
    return keras.Model(image, keras.layers.LayerNormalization()(x, training=True))


def test_flag_in_a_graph(images):
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs, training=True))
    assert (model.predict(images) == images).all()


def helper(x):
    return keras.layers.Dropout(0.5)(x, training=True)


def only_called(batches, images):
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs, training=True))
    model.compile("adam", "mse")
    model.fit(batches)
    return [model(images) for _ in range(50)]
