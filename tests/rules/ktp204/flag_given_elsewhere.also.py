import keras
from elsewhere import noisy


class Noise(keras.layers.Layer):
    def call(self, x, training=None):
        return noisy(x, training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = Noise()

    def call(self, x, training=None):
        return self.noise(x, training=None)
