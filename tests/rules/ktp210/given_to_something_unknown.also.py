import keras


class FlowStep(keras.layers.Layer):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def call(self, x, training=None, inverse=False):
        if inverse:
            return self._apply(x, training=training)
        return self._apply(x)

    def _apply(self, x, training=False):
        return self.network(x, training=training)
