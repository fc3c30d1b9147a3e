import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = keras.layers.Dropout(0.5)(x, training=training)
        return self.dense(x)
