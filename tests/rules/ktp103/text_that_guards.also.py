import keras


class Guarded(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, mode="train"):
        if mode in ("train", "fit"):
            x = self.dropout(x, training=True)
        return x


class Leaves(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, *, stage="predict"):
        if stage == "predict":
            return x
        return self.dropout(x, training=True)


class Functional(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, x, mode="train"):
        x = self.dense(x)
        is_training = mode == "train"
        return keras.random.dropout(x, 0.5) if is_training else x
