import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training is None:
            training = False
        x = self.norm(x, training=not training)
        return self.dropout(x)
