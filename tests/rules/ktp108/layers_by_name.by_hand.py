import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        for name in sorted(["dense", "dropout"]):
            x = getattr(self, name)(x, training=training)
        return x
