import keras
import tensorflow as tf


class Denoiser(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.5)
        self.hidden = keras.layers.Dense(8)

    def call(self, x):
        return self.hidden(x)

    def fit(self, x, y=None, batch_size=8, **kwargs):
        data = x if y is None else tf.data.Dataset.from_tensor_slices((x, y)).batch(batch_size)
        data = data.map(lambda clean, wanted: (self.noise(clean), wanted))
        return super().fit(data, **kwargs)
