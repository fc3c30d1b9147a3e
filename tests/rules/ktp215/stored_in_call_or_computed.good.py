import keras


class Stored(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        self._training = training
        return self._head(x)

    def _head(self, x):
        return self.dropout(x, training=self._training)


class Frozen(keras.layers.Layer):
    def __init__(self, is_training=True):
        super().__init__()
        self.is_training = is_training
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        if self.is_training and training:
            x = x * 2
        if not self.is_training:
            return self.norm(x, training=False)
        return self.norm(x, training=self.is_training and training)


class Computed(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @property
    def is_train(self):
        return keras.config.is_train()

    def call(self, x):
        return self.dropout(x, training=self.is_train)
