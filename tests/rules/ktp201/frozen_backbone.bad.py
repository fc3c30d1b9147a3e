import keras


class FineTuned(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.backbone(x, training=False)
        return self.dropout(x)
