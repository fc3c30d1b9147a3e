import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.training = True
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training:
            x = self.dropout(x, training=True)
        return x
