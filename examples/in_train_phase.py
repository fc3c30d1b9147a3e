"""A stochastic depth layer written for tf.keras of Keras 2.

Wrong: `K.in_train_phase` does not exist in Keras 3, this raises an AttributeError there. Keras 2 is right.
"""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Layer


class StochasticDepth(Layer):
    def __init__(self, survival=0.8, **kwargs):
        super().__init__(**kwargs)
        self.survival = survival

    def call(self, inputs, training=None):
        shortcut, residual = inputs

        def dropped():
            keep = tf.cast(tf.random.uniform(()) < self.survival, residual.dtype)
            return shortcut + keep * residual

        return K.in_train_phase(dropped, shortcut + self.survival * residual, training=training)


def build_model(width=16, depth=2):
    inputs = keras.Input((width,))
    x = inputs
    for _ in range(depth):
        x = StochasticDepth()([x, Dense(width, activation="relu")(x)])
    return keras.Model(inputs, Dense(1)(x))


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 16)).astype("float32")

    model = build_model()
    model.compile(optimizer="sgd", loss="mse")
    model.fit(x, x[:, :1], epochs=2, batch_size=16, verbose=2)


if __name__ == "__main__":
    main()
