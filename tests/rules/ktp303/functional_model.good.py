import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)


inputs = keras.Input((8,))
model = keras.Model(inputs, Block()(inputs, training=True))
