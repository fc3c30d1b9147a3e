from tensorflow import keras
from tensorflow.keras import layers


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization()
        self.wide = layers.Dense(16, activation="relu")

    def _widen(self, x):
        return self.wide(x)

    def call(self, x, training=None):
        return self.norm(self._widen(x), training=training)
