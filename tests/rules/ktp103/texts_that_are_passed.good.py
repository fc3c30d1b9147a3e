import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode="train"):
        return self.dropout(x, training=(mode == "train"))


def evaluate(x):
    return Net()(x, mode="eval")


class Block(keras.layers.Layer):
    """Whoever calls it passes the mode, as far as this module shows."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, stage="train"):
        return self.dropout(x, training=(stage == "train"))


class Pooled(keras.Model):
    """The text has nothing to do with the phase."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, reduction="mean", training=None):
        x = self.dropout(x, training=training)
        return x if reduction == "mean" else x * 2


class Follows(keras.Model):
    """The second flag is filled from the first."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, in_training=None):
        in_training = training
        return self.dropout(x, training=in_training)


class Features(keras.Model):
    """The text decides what is computed, in whatever mode."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, output="features"):
        if output == "features":
            return self.dropout(x, training=training)
        return x


class Told(keras.layers.Layer):
    """Its host gives it the mode by position."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, stage="train"):
        return self.dropout(x, training=(stage == "train"))


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.told = Told()

    def call(self, x, training=None):
        return self.told(x, "train" if training else "eval")
