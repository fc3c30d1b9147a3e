"""The legacy API through that module: K.in_train_phase is KTP404, and the mark KTP406."""

from . import backend as K

Layer = K.layers.Layer


class Penalty(Layer):
    def build(self, input_shape):
        self.uses_learning_phase = True  # expect: KTP406

    def call(self, inputs, training=None):
        self.add_loss(K.in_train_phase(K.mean(inputs), 0.0, training=training))  # expect: KTP404
        return inputs
