import keras


class Stack(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [keras.layers.Dense(8), keras.layers.Dropout(0.5)]

    def call(self, x, training=None):
        for part in self.parts:
            if x.shape[0] > 3:
                x = part(x, training=training)
            else:
                x = part(x)
        return x
