import keras


class Stem(keras.Model):
    def __init__(self, freeze=False):
        super().__init__()
        self.freeze = freeze
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=not self.freeze)
