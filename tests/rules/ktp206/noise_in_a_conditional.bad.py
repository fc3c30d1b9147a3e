import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.noise = keras.layers.GaussianNoise(0.5)

    def call(self, x, training=None):
        return self.dense(self.noise(x) if training else x)
