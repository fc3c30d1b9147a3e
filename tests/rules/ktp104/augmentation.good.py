import keras


class RandomShift(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)

    def call(self, x, training=True):
        return self.noise(x, training=training)


class Jitter(keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            x = x + keras.random.normal(keras.ops.shape(x))
        return x


class Pipeline(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.flip = keras.layers.RandomFlip()
        self.shift = RandomShift()

    def call(self, x, training=True):
        return self.shift(self.flip(x, training=training), training=training)
