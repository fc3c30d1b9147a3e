import keras


def _init(self):
    super(Net, self).__init__()
    self.dropout = keras.layers.Dropout(0.5)


def _forward(self, x):
    return self.dropout(x)


Net = type("Net", (keras.Model,), {"__init__": _init, "call": _forward})


def _other_forward(self, x):
    return self.dropout(x)


Other = type("Other", (Net,), dict(call=_other_forward))
