import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.LayerNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def _drop(self, x, training):
        return self.dropout(x, training=training)

    def call(self, x, training=None):
        return self.norm(self._drop(x, training))
