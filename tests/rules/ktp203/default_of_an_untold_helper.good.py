import keras


class Untold(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def _head(self, x, training=None):
        return self.dropout(x, training)

    def call(self, x, training=None):
        return self._head(x)
