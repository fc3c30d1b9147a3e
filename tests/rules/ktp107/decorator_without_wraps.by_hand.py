import functools

import keras


def logged(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        print(self.name)
        return function(self, *args, **kwargs)

    return wrapper


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @logged
    def call(self, x, training=None):
        return self.dropout(x, training=training)
