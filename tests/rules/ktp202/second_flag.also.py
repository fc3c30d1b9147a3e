import keras


class TwoFlags(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, is_training=False):
        return self.dropout(x, training=is_training)
