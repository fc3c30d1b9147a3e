import keras
from zoo import make_stem


class Norms(keras.layers.Layer):
    def __init__(self, norm=None, pooled=False):
        super().__init__()
        self.norm = norm if norm is not None else keras.layers.BatchNormalization()
        self.blocks = [make_stem(), keras.layers.Dropout(0.1)]
        self.head = keras.Sequential([keras.layers.Dropout(0.5)])
        if pooled:
            self.head = make_stem()

    def call(self, x, training=None):
        x = self.norm(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)
