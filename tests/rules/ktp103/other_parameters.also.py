import keras


class Later(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, stage="predict"):
        training = stage != "predict"
        return self.norm(x, training=training)


class TwoFlags(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None, is_training=None):
        return self.dropout(x, training=is_training)


class Fusion(keras.layers.Layer):
    def __init__(self, backbones, head):
        super().__init__()
        self.backbones = backbones
        self.head = head

    def call(self, x, is_training=None):
        return self.head([one(x, training=is_training) for one in self.backbones])


class HeadOfTheCaller(keras.Model):
    def __init__(self, head=None):
        super().__init__()
        self.head = head or keras.layers.Dense(4)

    def call(self, x, is_training=False):
        return self.head(x, training=is_training)
