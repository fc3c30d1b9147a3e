import keras


class Noise(keras.layers.Layer):
    def call(self, x, training=None):
        if training is None:
            training = False
        if training is False:
            return x
        return x + keras.random.normal(keras.ops.shape(x))


class ThreeWays(keras.layers.Layer):
    def call(self, x, training=None):
        if training is True:
            return x + 1
        if training is False:
            return x - 1
        return x


class Defaulted(keras.layers.Layer):
    def call(self, x, training=False):
        if training == True:
            x = x + 1
        return x if training is False else x * 2


class Other(keras.layers.Layer):
    def call(self, x, scale=None, training=None):
        if scale is False:
            return x
        if training and self.trainable is True:
            return x * scale
        return x
