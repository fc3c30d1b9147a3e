import keras


class Restorer(keras.Model):
    """`fit()` trains it through the step, which passes the flag, and leaves `call` to `predict()`."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def forward(self, x, training=False):
        return self.dropout(x, training=training)

    def train_step(self, data):
        x, y = data
        loss = keras.ops.mean(keras.ops.abs(self.forward(x, training=True) - y))
        return {"loss": loss}

    def call(self, x, training=None):
        return self.forward(x)


class Enhancer(keras.Model):
    """Its step runs `call`."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def forward(self, x, training=False):
        return self.dropout(x, training=training)

    def train_step(self, data):
        x, y = data
        loss = keras.ops.mean(keras.ops.abs(self(x, training=True) - y))
        return {"loss": loss}

    def call(self, x, training=None):
        return self.forward(x)
