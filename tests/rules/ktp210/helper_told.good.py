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
