from __future__ import annotations

import tensorflow as tf


class Block(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = tf.keras.layers.BatchNormalization()

    def call(self, x: tf.Tensor, *, training: bool | None = None) -> tf.Tensor:
        return self.norm(x, training=training)


inputs = tf.keras.Input((8,))
model = tf.keras.Model(inputs, Block()(inputs))
