import keras


class Attention(keras.layers.Layer):
    def __init__(self, rate=0.0):
        super().__init__()
        self.rate = rate

    def call(self, scores, training=None):
        return keras.layers.Dropout(self.rate)(scores, training=training)


class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention()

    def call(self, x, training=None):
        return self.attention(x, training=training)
