import keras


class Switched(keras.Model):
    def __init__(self):
        super().__init__()
        self.training = False
        self.dropout = keras.layers.Dropout(0.5)

    def train(self):
        self.training = True

    def call(self, x):
        return self.dropout(x, training=self.training)


class QNetworkAgent(keras.Model):
    def __init__(self, is_training):
        super().__init__()
        self.is_training = is_training
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x, training=self.is_training)
