import keras


class Stem(keras.layers.Layer):
    def __init__(self, freeze=False, mc_dropout=False):
        super().__init__()
        self.freeze = freeze
        self.mc_dropout = mc_dropout
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.norm(x, training=training and not self.freeze)
        return self.dropout(x, training=self.mc_dropout)


class Frozen(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.tuned = False
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=self.tuned)


class FrozenUnlessTuned(keras.layers.Layer):
    def __init__(self, tune=False):
        super().__init__()
        self.tune = tune
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=self.tune)


class Norm(keras.layers.BatchNormalization):
    def call(self, inputs, training=None):
        return super().call(inputs, training=self.trainable)


class Switched(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.active = True
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x, training=self.active)

    def switch(self, active):
        self.active = active


class Chooses(keras.layers.Layer):
    def __init__(self, frozen=True):
        super().__init__()
        self.frozen = frozen
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.norm(x, training=False if self.frozen else training)
        if self.frozen:
            training = self.frozen
        return self.dropout(x, training=training)


class FrozenInTraining(keras.layers.BatchNormalization):
    """The other way runs in training mode only."""

    def __init__(self, freeze=False):
        super().__init__()
        self.freeze = freeze

    def call(self, inputs, training=None):
        if not training:
            return super().call(inputs, training=False)
        return super().call(inputs, training=not self.freeze)
