import lib
from keras import backend as K
from keras import layers


class Graph(layers.Layer):
    def call(self, x, training=None):
        settings = lib.BuildConfig(training=K.learning_phase() if training is None else training)
        return lib.built(x, settings)


class Drop(layers.Layer):
    def call(self, x, training=None):
        if training is None:
            training = K.learning_phase()
        return lib.drop(x, training=training)
