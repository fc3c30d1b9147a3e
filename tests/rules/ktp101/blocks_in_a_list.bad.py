import tensorflow as tf


class Encoder(tf.keras.Model):
    def __init__(self, depth=2):
        super().__init__()
        self.blocks = []
        for _ in range(depth):
            self.blocks.append(tf.keras.layers.Dense(8))
            self.blocks.append(tf.keras.layers.BatchNormalization())

    def call(self, inputs):
        x = inputs
        for block in self.blocks:
            x = block(x)
        return x
