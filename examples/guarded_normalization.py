"""A batch normalization that is called only in training.

Wrong: a BatchNormalization also normalizes in inference, with the statistics that it has learned. Here it is skipped,
so `predict()` runs another network than the one that was trained, under Keras 2 and Keras 3.
"""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers


class ConvBlock(layers.Layer):
    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.norm = layers.BatchNormalization()
        self.relu = layers.ReLU()

    def call(self, x, training=None):
        x = self.conv(x)
        if training:
            x = self.norm(x, training=training)
        return self.relu(x)


def build_model():
    inputs = tf.keras.Input((16, 16, 3))
    x = ConvBlock(8)(inputs)
    x = layers.MaxPooling2D()(x)
    x = ConvBlock(16)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(inputs, layers.Dense(3, activation="softmax")(x))


def main():
    rng = np.random.default_rng(0)
    images = 5 * rng.random((32, 16, 16, 3), dtype="float32")
    labels = rng.integers(0, 3, 32)

    model = build_model()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=2, batch_size=8, verbose=2)
    print("evaluated on the same images:", model.evaluate(images, labels, verbose=0))


if __name__ == "__main__":
    main()
