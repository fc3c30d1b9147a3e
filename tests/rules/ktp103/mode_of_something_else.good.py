import keras


class Upsample(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode="nearest", training=None):
        x = self.dropout(x, training=training)
        return x if mode == "nearest" else x[::2]
