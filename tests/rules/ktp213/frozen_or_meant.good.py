import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.base = keras.applications.ResNet50(include_top=False)
        self.inner = keras.Sequential([keras.layers.BatchNormalization()])
        self.norm = keras.layers.BatchNormalization()
        self.still = keras.layers.BatchNormalization(trainable=False)
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = self.base(x, training=False)
        x = self.inner(x, training=False)
        x = self.still(x, training=True)
        x = self.dense(x, training=True)
        if training:
            return self.norm(x, training=True)
        return self.norm(x, training=False)


class MCDropout(keras.layers.Dropout):
    def call(self, x):
        return super().call(x, training=True)


class MonteCarloHead(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x, training=True)
