"""`__call__` is `forward` by another name: renaming the method would leave `__call__ = forward` without it."""

import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def forward(self, x):
        return self.drop(x)

    __call__ = forward
