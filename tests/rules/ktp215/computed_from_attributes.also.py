import keras


class Denoiser(keras.Model):
    def __init__(self, tune, frozen=True):
        super().__init__()
        self.tune = tune
        self.frozen = frozen
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.norm(x, training=self.trainable and self.tune)
        if training:
            x = x * 2
        return self.dropout(x, training=self.tune or not self.frozen)


class Norm(keras.layers.BatchNormalization):
    def __init__(self, frozen=False, **kwargs):
        super().__init__(**kwargs)
        self.frozen = frozen

    def call(self, inputs):
        return super().call(inputs, training=not self.frozen)


class Follows(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=self.norm.trainable)


class Chooses(keras.layers.Layer):
    def __init__(self, frozen=False):
        super().__init__()
        self.frozen = frozen
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        may_train = self.trainable
        x = self.norm(x, training=False if self.frozen else True)
        return self.dropout(x, training=may_train)
