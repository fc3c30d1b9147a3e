import keras


class Block(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(self.dense(x))


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.frozen = keras.layers.BatchNormalization()
        self.block = Block(8)

    def call(self, x, training=None):
        x = self.frozen(x, training=False)
        return self.block(x)
