"""One `super()` runs another `call` in each class: only where all of them take the flag, it can be passed."""

from keras import layers


class Noisy(layers.Layer):
    def call(self, inputs, training=None):
        return super().call(inputs)


class NoisyDropout(Noisy, layers.Dropout):
    pass


class NoisyDense(Noisy, layers.Dense):
    """In Keras 2 `Dense.call` takes no `training`."""


class Scaled:
    def call(self, inputs, training=None):
        return super().call(inputs) * 0.5


class ScaledDense(Scaled, layers.Dense):
    pass


class ScaledDropout(Scaled, layers.Dropout):
    pass


class Plain(layers.Layer):
    def call(self, inputs):
        return inputs


class Shifted:
    def call(self, inputs, training=None):
        return super().call(inputs) + 1.0


class ShiftedDropout(Shifted, layers.Dropout):
    pass


class ShiftedPlain(Shifted, Plain):
    pass


class Clipped(layers.Layer):
    def call(self, inputs, training=None):
        return super().call(inputs)


class ClippedDropout(Clipped, layers.Dropout):
    pass


class ClippedNormalization(Clipped, layers.BatchNormalization):
    pass
