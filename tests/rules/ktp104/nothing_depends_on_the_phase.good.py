import keras


class Plain(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.nothing = keras.layers.Dropout(0.0)

    def call(self, x, training=True):
        return self.nothing(self.dense(x), training=training)
