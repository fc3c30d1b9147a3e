import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(16)
        self.dropout = keras.layers.Dropout(0.5)

    def __call__(self, x, **kwargs):
        return self.dropout(super().__call__(x, **kwargs))

    def call(self, x):
        return self.hidden(x)
