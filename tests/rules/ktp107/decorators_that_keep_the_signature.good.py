import functools

import keras


def logged(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return wrapper


def timed(function):
    def timing(self, x, training=None):
        return function(self, x, training=training)

    return timing


def marked(function):
    function.marked = True
    return function


class First(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    @logged
    def call(self, x, training=None):
        return self.dropout(x, training=training)


class Second(First):
    @timed
    @marked
    def call(self, x, training=None):
        return self.dropout(x, training=training)
