import keras


class Attention(keras.layers.Layer):
    """Made once for training and once for inference, perhaps: it has no `training` at all."""

    def __init__(self, use_dropout):
        super().__init__()
        self.use_dropout = use_dropout
        self.dropout = keras.layers.Dropout(0.1)

    def call(self, x):
        return self.dropout(x, training=self.use_dropout)


class Freezable(keras.layers.Layer):
    def __init__(self, freeze):
        super().__init__()
        self.freeze = freeze
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=not self.freeze)


class Dropping(keras.layers.Layer):
    def __init__(self, use_dropout=True):
        super().__init__()
        self.use_dropout = use_dropout
        self.dropout = keras.layers.Dropout(0.1)

    def call(self, x):
        return self.dropout(x, training=self.use_dropout)
