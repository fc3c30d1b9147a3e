import keras


def logged(function):
    def wrapper(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    return wrapper


class Block(keras.layers.Layer):
    @logged
    def call(self, x, training=None):
        if training:
            x = x + keras.random.normal((8,))
        return x
