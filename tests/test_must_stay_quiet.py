"""Right code, as users write it, that no rule may speak of."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText

QUIET = {
    "Monte Carlo dropout as a subclass": """
import keras


class MCDropout(keras.layers.Dropout):
    def call(self, inputs):
        return super().call(inputs, training=True)


model = keras.Sequential([keras.layers.Dense(8), MCDropout(0.5)])
""",
    "a wrapper that always trains": """
import keras


class AlwaysOn(keras.layers.Wrapper):
    def call(self, inputs):
        return self.layer(inputs, training=True)
""",
    "Monte Carlo dropout in a functional graph of Keras 2": """
import tf_keras as keras
from tf_keras import layers

inputs = keras.Input((8,))
x = layers.Dense(8)(inputs)
x = layers.Dropout(0.5)(x, training=True)
model = keras.Model(inputs, layers.Dense(1)(x))
""",
    "Monte Carlo dropout in a functional graph that a model holds": """
import keras


class Uncertain(keras.Model):
    def __init__(self):
        super().__init__()
        inputs = keras.Input((8,))
        self.head = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs, training=True))

    def call(self, inputs):
        return self.head(inputs)
""",
    "a mode that is a text": """
import keras


class Summarizer(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.layers.Dense(8)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, inputs, mode="train", training=None):
        x = self.encoder(inputs)
        return self.drop(x, training=training) if mode == "train" else x


class Decoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    def call(self, inputs, mode="train"):
        if mode not in ("train", "decode"):
            raise ValueError(mode)
        return self.dense(inputs)
""",
    "any functional construction": """
import tensorflow as tf


def build(classes):
    base = tf.keras.applications.ResNet50(include_top=False)
    base.trainable = False
    inputs = tf.keras.Input((224, 224, 3))
    x = base(inputs, training=False)
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.Dropout(0.2)(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(classes)(x))
""",
    "transfer learning with explicit flags": """
import keras


class FineTuned(keras.Model):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.drop = keras.layers.Dropout(0.5)
        self.out = keras.layers.Dense(3)

    def call(self, inputs, training=None):
        x = self.base(inputs, training=False)
        x = self.drop(x, training=training)
        return self.out(x)
""",
    "a saliency map": """
import tensorflow as tf


def saliency(model, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_max(model(images), axis=-1)
    return tape.gradient(score, images)
""",
    "Grad-CAM": """
import numpy as np
import tensorflow as tf


def grad_cam(model, image, layer_name):
    grad_model = tf.keras.Model(model.inputs, [model.get_layer(layer_name).output, model.output])
    with tf.GradientTape() as tape:
        maps, predictions = grad_model(image)
        top = predictions[:, tf.argmax(predictions[0])]
    grads = tape.gradient(top, maps)
    weights = tf.reduce_mean(grads, axis=(0, 1, 2))
    return np.maximum(tf.reduce_sum(maps * weights, axis=-1), 0)
""",
    "adversarial examples": """
import tensorflow as tf


def fgsm(model, images, labels, epsilon):
    images = tf.convert_to_tensor(images)
    loss_object = tf.keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = loss_object(labels, model(images))
    return images + epsilon * tf.sign(tape.gradient(loss, images))
""",
    "an adversarial attack with an optimizer of its own": """
import tensorflow as tf


def attack(model, image, target, steps):
    noise = tf.Variable(tf.zeros_like(image))
    optimizer = tf.keras.optimizers.Adam(0.01)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(image + noise, training=False) - target))
        optimizer.apply_gradients([(tape.gradient(loss, noise), noise)])
    return noise
""",
    "meta-learning with an explicit flag": """
import tensorflow as tf


class Learner(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = tf.keras.layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(x, training=training)


def adapt(model, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x, training=False) - y))
    optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))
""",
    "the inner loop of meta-learning": """
import tensorflow as tf


def inner_step(model, weights, x, y, rate):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = tf.reduce_mean(tf.square(model(x) - y))
    return [one - rate * grad for one, grad in zip(weights, tape.gradient(loss, weights))]
""",
    "a model without phase-dependent layers": """
import keras


class Linear(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.norm = keras.layers.LayerNormalization()
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.norm(self.hidden(x)))
""",
    "dropout that is literally zero": """
import keras


class Memory(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0)
        self.lstm = keras.layers.LSTM(8, dropout=0.0, recurrent_dropout=0)
        self.gru = keras.layers.Bidirectional(keras.layers.GRU(8))
        self.attention = keras.layers.MultiHeadAttention(2, 4)

    def call(self, x):
        x = self.gru(self.lstm(self.drop(x)))
        return self.attention(x, x)
""",
    "forwarding through kwargs under Keras 2": """
import tf_keras


class Block(tf_keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = tf_keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        return self.drop(x, **kwargs)
""",
    "dropout by hand behind an early return": """
import keras
import tensorflow as tf


class HandMade(keras.layers.Layer):
    def call(self, x, training=None):
        if not training:
            return x
        return tf.nn.dropout(x, rate=0.5)
""",
    "dropout by hand with a rate that depends on the phase": """
import keras
import tensorflow as tf


class HandMade(keras.layers.Layer):
    def call(self, x, training=None):
        keep_prob = 0.5 if training else 1.0
        return tf.nn.dropout(x, rate=1.0 - keep_prob)
""",
    "a BatchNormalization that minds trainable": """
import tensorflow as tf


class FrozenBatchNorm(tf.keras.layers.BatchNormalization):
    def call(self, x, training=None):
        if training is None:
            training = False
        training = tf.logical_and(training, self.trainable)
        return super().call(x, training=training)


class Frozen(tf.keras.layers.BatchNormalization):
    def call(self, x, training=None):
        return super().call(x, training=training and self.trainable)
""",
    "code that looks at a signature before it forwards": """
import inspect

import keras


class Chain(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(8), keras.layers.Dropout(0.5)]

    def call(self, x, training=None):
        for block in self.blocks:
            if "training" in inspect.signature(block.call).parameters:
                x = block(x, training=training)
            else:
                x = block(x)
        return x
""",
    "code that remembers what a signature says": """
import inspect

import keras


class Chain(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(8), keras.layers.Dropout(0.5)]

    def call(self, x, training=None):
        for block in self.blocks:
            takes_flag = "training" in dict(inspect.signature(block.call).parameters)
            x = block(x, training=training) if takes_flag else block(x)
        return x
""",
    "layers told apart by their class": """
import keras


class Chain(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [keras.layers.Dense(8), keras.layers.Dropout(0.5), keras.layers.BatchNormalization()]

    def call(self, x, training=None):
        for block in self.blocks:
            if isinstance(block, (keras.layers.Dropout, keras.layers.BatchNormalization)):
                x = block(x, training=training)
            else:
                x = block(x)
        return x
""",
    "objects that are no Keras layers": """
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)
        self.norm = nn.BatchNorm1d(8)

    def call(self, x):
        return self.dropout(self.norm(x))
""",
    "an agent with a flag of its own": """
class Agent:
    def __init__(self, model):
        self.model = model
        self.training = True

    def call(self, state):
        if self.training:
            return self.explore(state)
        return self.model(state)
""",
    "an abstract method": """
import abc

import keras


class Encoder(keras.layers.Layer, abc.ABC):
    @abc.abstractmethod
    def call(self, inputs):
        ...
""",
    "an agent that is a Keras model": """
import keras
import numpy as np


class Policy(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8)
        self.out = keras.layers.Dense(2)

    def call(self, state):
        return self.out(self.hidden(state))


class Agent:
    def __init__(self, training):
        self.policy = Policy()
        self.training = training

    def act(self, state):
        if self.training and np.random.random() < 0.1:
            return np.random.randint(2)
        return int(np.argmax(self.policy(state)))
""",
    "a method that others have to write": """
import keras


class Encoder(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, inputs):
        raise NotImplementedError("subclasses encode")
""",
    "a type stub": """
import keras
from typing import Any

class Encoder(keras.Model):
    dropout: keras.layers.Dropout
    def __init__(self, rate: float = ...) -> None: ...
    def call(self, inputs: Any) -> Any: ...
""",
    "a test that asserts the behaviour itself": """
import keras
import numpy as np


def test_dropout_drops_in_training_only():
    layer = keras.layers.Dropout(0.5)
    x = np.ones((4, 8), "float32")
    assert (np.asarray(layer(x, training=True)) == 0).any()
    assert np.allclose(layer(x, training=False), x)
    assert np.allclose(layer(x), x)


def test_moving_statistics():
    norm = keras.layers.BatchNormalization()
    model = keras.Sequential([keras.Input((8,)), norm])
    model(np.ones((4, 8)), training=True)
    assert np.asarray(norm.moving_mean).any()
    model(np.ones((4, 8)))
""",
    "a flag forwarded under an alias": """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        is_train = training
        return self.norm(x, training=is_train)
""",
    "a flag that is cast first": """
import tensorflow as tf


class Block(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = tf.keras.layers.BatchNormalization()

    def call(self, x, training=None):
        training = tf.cast(training, tf.bool)
        return self.norm(x, training=training)
""",
    "other meanings of the usual names": """
import keras


class Resize(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.1)

    def call(self, x, mode="bilinear", train=3, training=None):
        return self.drop(x[:, :train], training=training) if mode == "bilinear" else x
""",
    "a helper that is given the flag by position": """
import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()

    def _block(self, x, training):
        return self.norm(x, training=training)

    def call(self, x, training=None):
        return self._block(x, training)
""",
    "layers that are told apart by their class": """
import keras
from keras.layers import BatchNormalization, Dense, Dropout


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [Dense(8), BatchNormalization(), Dropout(0.5)]
        self.head = keras.Sequential([Dropout(0.5), Dense(1)])

    def _run(self, block, x, training):
        if isinstance(block, keras.layers.Layer):
            return block(x, training=training)
        return block(x)

    def call(self, x, training=None):
        for block in self.blocks:
            if isinstance(block, Dropout) or isinstance(block, BatchNormalization):
                x = block(x, training=training)
            else:
                x = block(x)
        for block in self.blocks:
            if not isinstance(block, Dropout) and not isinstance(block, BatchNormalization):
                x = block(x)
        for block in self.blocks:
            x = block(x, training=training) if isinstance(block, (Dropout, BatchNormalization)) else block(x)
        return self._run(self.head, x, training)
""",
    "a dict whose keys are texts of the class": """
import keras


class Net(keras.layers.Layer):
    DROP = "drop"
    DENSE = "dense"

    def __init__(self, rate):
        super().__init__()
        self.parts = {self.DROP: keras.layers.Dropout(rate)}
        self.parts[self.DENSE] = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = self.parts[self.DROP](x, training=training)
        return self.parts[self.DENSE](x)
""",
    "a context that is written last": """
import keras


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dropout(0.5)
        self.frozen = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        x = self.head(x, training=training)
        return self.frozen(x, training=False)
""",
    "a model whose own training step tells the helper": """
import keras


class AutoEncoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def encode(self, x, training=False):
        return self.drop(x, training=training)

    def train_step(self, x):
        return {"loss": self.encode(x, training=True)}

    def call(self, x):
        return self.encode(x)
""",
    "a name of the legacy API that means something else": """
import keras


def learning_phase():
    return "warm-up"


class Schedule(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        print(learning_phase())
""",
}


@pytest.mark.parametrize("code", QUIET.values(), ids=QUIET.keys())
def test_right_code_is_left_alone(code: str) -> None:
    compile(code, "quiet.py", "exec")
    assert engine.check(SourceText(code), Settings(), "quiet.py") == []
