import tensorflow as tf


class Block(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = tf.keras.layers.BatchNormalization()

    def call(self, x: tf.Tensor, training: bool = True) -> tf.Tensor:
        return self.norm(x, training=training)


class Classifier(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        return self.block(x, training=training)
