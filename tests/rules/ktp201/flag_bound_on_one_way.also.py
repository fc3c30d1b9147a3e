import keras


class Block(keras.layers.Layer):
    """`flag` has no value where the input has other channels: nothing after it can be given that."""

    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dropout(0.5)
        self.second = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        match x.shape[-1]:
            case 3:
                x = self.first(x, training=(flag := kwargs.get("training")))
            case _:
                pass
        return self.second(x)


class Other(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dropout(0.5)
        self.second = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        if x.shape[-1] == 3:
            flag = kwargs.get("training")
        else:
            flag = kwargs["training"]
        x = self.first(x, training=flag)
        return self.second(x)
