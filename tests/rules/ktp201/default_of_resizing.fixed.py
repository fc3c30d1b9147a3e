import keras


class Upsampled(keras.Model):
    def __init__(self):
        super().__init__()
        self.resize = keras.layers.Resizing(4, 4)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        x = self.resize(x, training=training)
        return self.norm(x, training=training)
