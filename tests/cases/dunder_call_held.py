"""A layer whose forward pass is `__call__` runs as a helper of who holds it: a `fit` that passes no flag trains nothing in it."""
# before: {"right": "training", "forgetful": "inference"}
import keras


class Normalized(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization(momentum=0.5)

    def __call__(self, x):  # expect: KTP109
        return self.norm(x)


class Right(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Normalized()

    def call(self, x, training=None):  # quiet
        return self.block(x)  # quiet


class Forgetful(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Normalized()

    def call(self, x):  # expect: KTP101
        return self.block(x)


def measure():
    import numpy as np

    modes = {}
    for name, net in {"right": Right(), "forgetful": Forgetful()}.items():
        net.compile("sgd", "mse")
        net.fit(np.full((8, 2), 3.0, "float32"), np.zeros((8, 2)), epochs=2, verbose=0)
        modes[name] = "training" if np.any(net.block.norm.moving_mean) else "inference"
    return modes
