import keras


class Decoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def __call__(self, x, memory, is_training=False):
        return self.norm(x + memory, training=is_training)


class Mixer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.GaussianNoise(0.1) for _ in range(2)]

    def __call__(self, *inputs):
        for block in self.blocks:
            inputs = [block(one) for one in inputs]
        return inputs


class Behind(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)

    def __call__(self, x, *args, **kwargs):
        return self.noise(super().__call__(x, *args, **kwargs))

    def call(self, x):
        return x
