"""One model for each name, and its variables beside it: the gradients of what the dict holds are those of the models."""

import keras
import tensorflow as tf

models, variables = {}, {}


def make(name):
    inputs = keras.Input((8,))
    x = keras.layers.BatchNormalization()(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(x), name=name)


for name in ("voice", "drums"):
    models[name] = make(name)
    variables[name] = models[name].trainable_variables


def step(x, optimizer):
    outputs = {}
    with tf.GradientTape(persistent=True) as tape:
        for name in models:
            outputs[name] = models[name](x)
        loss = tf.add_n([tf.reduce_mean(one) for one in outputs.values()])
    for name in models:
        gradients = tape.gradient(loss, variables[name])
        optimizer.apply_gradients(zip(gradients, variables[name]))


def saliency(x):
    seen = {}
    seen["image"] = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(seen["image"])
        score = models["voice"](seen["image"])
    return tape.gradient(score, seen["image"])
