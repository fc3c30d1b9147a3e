import keras


class FrozenFeatures(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=False)


class Head(keras.Model):
    def __init__(self):
        super().__init__()
        self.features = FrozenFeatures()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.features(x)
        return self.dropout(x, training=training)
