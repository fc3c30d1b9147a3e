import keras


class Residual(keras.Model):
    def __init__(self, units, strides):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        # No fix: the function takes no `training`.
        if strides != 1:
            self.shortcut = keras.Sequential([keras.layers.Dense(units), keras.layers.BatchNormalization()])
        else:
            self.shortcut = lambda x, _: x

    def call(self, x, training=None):
        return self.norm(x, training=training) + self.shortcut(x, training)
