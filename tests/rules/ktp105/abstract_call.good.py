import abc

import keras


class Head(keras.layers.Layer, abc.ABC):
    @abc.abstractmethod
    def call(self, x, training):
        ...


class Base(keras.Model):
    def call(self, x, training):
        raise NotImplementedError
