"""The flag is what a property computes from an attribute that only the constructor sets."""

import keras


class Stem(keras.layers.Layer):
    def __init__(self, frozen=False):
        super().__init__()
        self.frozen = frozen
        self._adapts = True
        self.norm = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.5)

    @property
    def trains(self):
        """Whether the statistics move."""
        return not self.frozen

    @property
    def adapts(self):
        return self._adapts

    @property
    def is_noisy(self):
        self.norm.built = True
        return self._adapts

    def stop(self):
        self._adapts = False

    def call(self, x, training=None):
        x = self.norm(x, training=self.trains)
        x = self.norm(x, training=self.adapts)
        return self.drop(x, training=not self.is_noisy)
