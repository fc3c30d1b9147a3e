import keras


class Fusion(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.fusion = Fusion()

    def call(self, x, training=None):
        return Fusion.call(self.fusion, x)
