import itertools

import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(8), keras.layers.BatchNormalization()]

    def call(self, x, training=None):
        *_, last = itertools.accumulate(self.blocks, lambda y, block: block(y), initial=x)
        return last
