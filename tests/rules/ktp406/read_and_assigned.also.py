import keras


class Noise(keras.layers.Layer):
    def __init__(self, uses_learning_phase=False):
        super().__init__()
        self.uses_learning_phase = uses_learning_phase

    def call(self, x, training=None):
        if self.uses_learning_phase:
            return x * 2.0 if training else x
        return x * 2.0
