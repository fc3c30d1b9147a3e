import keras


class Plain(keras.Model):
    """Nothing in it behaves differently in training."""

    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(16)

    def __call__(self, x):
        return self.hidden(x)


class Logged(keras.Model):
    """Keras's own `__call__` runs `call`."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def __call__(self, *args, **kwargs):
        print("called")
        return super().__call__(*args, **kwargs)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class Head:
    """No layer of Keras, but an object that is called like one."""

    def __init__(self):
        self.dropout = keras.layers.Dropout(0.5)

    def __call__(self, x, training=None):
        return self.dropout(x, training=training)


class Norm(keras.layers.Layer):
    """Whoever calls it passes the flag."""

    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def __call__(self, x, is_training=None):
        return self.norm(x, training=is_training)


class Sampler(keras.Model):
    """Monte Carlo dropout asks for no mode."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def __call__(self, x):
        return self.dropout(x, training=True)


class Unknown(keras.Model):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone

    def __call__(self, x):
        return self.backbone(x)


class Stage(keras.Sequential):
    """The layers of a Sequential run in its own `call`."""

    def __call__(self, x, **kwargs):
        return super().__call__(x, **kwargs)


class Clip(keras.constraints.Constraint):
    def __call__(self, weights):
        return keras.ops.clip(weights, -1, 1)
