import keras


class Normalized(keras.layers.Layer):
    def __init__(self, train_norm):
        super().__init__()
        self.train_norm = train_norm
        self.norm = keras.layers.BatchNormalization()
        self.lstm = keras.layers.LSTM(4)

    def call(self, x, mask):
        return self.norm(self.lstm(x, mask, self.train_norm), self.train_norm)


model = keras.Sequential([keras.layers.Dropout(0.5)])
shown = model(keras.ops.ones((2, 4)), True)
