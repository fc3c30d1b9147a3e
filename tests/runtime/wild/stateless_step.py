"""A training step of JAX's own, which runs the model by `stateless_call` without the flag."""

import jax
import keras
import numpy as np


def make_model():
    inputs = keras.Input((8, 8, 1))
    x = inputs
    for filters in (4, 8, 8):
        x = keras.layers.Conv2D(filters, 3, padding="same")(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dropout(0.5)(keras.layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, keras.layers.Dense(1)(x))


model = make_model()
optimizer = keras.optimizers.SGD(0.01)
optimizer.build(model.trainable_variables)


def loss_of(trainable, other, x, y):
    outputs, other = model.stateless_call(trainable, other, x)
    return keras.ops.mean((outputs - y) ** 2), other


gradients_of = jax.value_and_grad(loss_of, has_aux=True)


def train_step(state, x, y):
    trainable, other, optimizer_state = state
    (loss, other), gradients = gradients_of(trainable, other, x, y)
    trainable, optimizer_state = optimizer.stateless_apply(optimizer_state, gradients, trainable)
    return loss, (trainable, other, optimizer_state)


def run():
    x = np.random.default_rng(0).normal(5, 1, (4, 8, 8, 1)).astype("float32")
    state = ([v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables])
    _, (_, other, _) = train_step((*state, [v.value for v in optimizer.variables]), x, np.ones((4, 1), "float32"))
    for variable, value in zip(model.non_trainable_variables, other):
        variable.assign(value)
    return [model]
