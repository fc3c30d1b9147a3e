import keras


class Detector(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.layers.Dense(8)
        self.out = keras.layers.Dense(2)
        self.side = keras.layers.Dense(2)
        self.project = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])

    def call(self, x, training=None):
        x = self.body(x)
        main = self.out(x)
        if training:
            other = self.side(x)
            other = self.out(other)
            return main, other
        return main


class Contrastive(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.layers.Dense(8)
        self.projection = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = self.body(x)
        if training:
            x = self.projection(x)
        return x
