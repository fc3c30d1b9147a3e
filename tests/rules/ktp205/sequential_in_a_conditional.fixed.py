from tensorflow import keras


class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)
        self.norm = keras.Sequential([keras.layers.BatchNormalization(), keras.layers.ReLU()])

    def call(self, inputs, training=False):
        x = self.dense(inputs)
        x = self.norm(x, training=training)
        return inputs + x
