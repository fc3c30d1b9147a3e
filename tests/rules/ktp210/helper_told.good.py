import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)

    def _block(self, x, training=None):
        return self.dropout(x, training=training)

    def _project(self, x):
        return self.dense(x)

    def call(self, x, training=None):
        return self._block(self._project(x), training)


class OnlyInInference(keras.Model):
    """The default of the helper is what is meant where the flag is not passed."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def _run(self, x, training=False):
        return self.dropout(x, training=training)

    def _train(self, x, training=True):
        return self.dropout(x, training=training)

    def call(self, x, training=None):
        if training:
            return self._run(x, training=True) + self._train(x)
        return self._run(x)
