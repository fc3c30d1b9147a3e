import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        if kwargs.get("training"):
            x = x + keras.random.normal((8,))
        return x
