import keras
from tf_keras.layers import BatchNormalization


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training=training)
