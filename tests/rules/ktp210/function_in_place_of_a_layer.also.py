import keras


def _residual(part, x):
    return x + part(x)


def _normalized(norm, activation, x):
    return activation(norm(x))


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])

    def _twice(self, part, x):
        return part(part(x))

    def call(self, x, training=None):
        # No fix: `relu` takes no `training`.
        x = _residual(self.body, _residual(keras.ops.relu, x))
        x = self._twice(self.body, self._twice(lambda given: given * 2, x))
        # The layer gets the flag, the function does not.
        return _normalized(self.norm, keras.ops.relu, x)
