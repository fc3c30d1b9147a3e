import keras

IS_TRAINING = True


class NamedInModule(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=IS_TRAINING)


class NamedInCall(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        flag = True
        return self.norm(x, training=flag)


class NamedInHelper(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self._normalized(x)

    def _normalized(self, x):
        flag = 1
        return self.norm(x, training=flag)
