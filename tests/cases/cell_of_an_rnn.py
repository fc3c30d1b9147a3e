"""A cell that subclasses `Model` and is only made for the RNN that is given it: right by the context of the RNN."""

import keras
from keras import layers


class Cell(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.units = units
        self.state_size = units
        self.dense = layers.Dense(units)
        self.dropout = layers.Dropout(0.5)

    def call(self, inputs, states):  # quiet-bug
        output = self.dropout(self.dense(inputs))
        return output, [output]


class Memory(layers.RNN):
    def __init__(self, units, **kwargs):
        cell = Cell(units)
        super().__init__(cell, **kwargs)
