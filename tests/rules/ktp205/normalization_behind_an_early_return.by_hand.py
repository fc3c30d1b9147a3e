import keras


class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        x = self.dense(x)
        return self.norm(x, training=training)
