"""A training step that calls the model without the flag; the decoder has no parameter for it either."""

import keras
import numpy as np
import tensorflow as tf

SIZE = 32


class EncoderBlock(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(SIZE)
        self.dropout1 = keras.layers.Dropout(0.5)
        self.dropout2 = keras.layers.Dropout(0.5)

    def call(self, inputs, training=False):
        x = self.dropout1(inputs, training=training)
        return self.dropout2(self.dense(x), training=training)


class DecoderBlock(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(SIZE)
        self.own_dropout = keras.layers.Dropout(0.5)
        self.cross_dropout = keras.layers.Dropout(0.5)
        self.last_dropout = keras.layers.Dropout(0.5)

    def call(self, source, target):
        x = self.own_dropout(target)
        x = self.cross_dropout(source + x)
        return self.last_dropout(self.dense(x))


class Recognizer(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([keras.layers.Dense(SIZE), EncoderBlock()])
        self.decoder = DecoderBlock()

    def decode(self, source, target):
        return self.decoder(source, target)

    def call(self, inputs):
        return self.decode(self.encoder(inputs[0]), inputs[1])

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            predictions = self([batch["source"], batch["target"]])
            loss = tf.reduce_mean((predictions - batch["target"]) ** 2)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"loss": loss}


def run():
    model = Recognizer()
    model.compile("sgd", run_eagerly=True)
    x = np.random.default_rng(0).normal(5, 1, (4, SIZE)).astype("float32")
    model.fit({"source": x, "target": x}, batch_size=4, verbose=0)
    return [model]
