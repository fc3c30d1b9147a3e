import keras


class Classifier(keras.Model):
    def __init__(self, frozen=False):
        super().__init__()
        self.frozen = frozen
        self.dense = keras.layers.Dense(8)
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.dense(x, training=not training)
        x = self.norm(x, training=training and not self.frozen)
        if not training:
            return x
        return self.dropout(x, training=not self.frozen)
