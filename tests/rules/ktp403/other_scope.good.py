import tensorflow as tf


def sample(model, x, strategy):
    with strategy.scope():
        return model(x, training=True)
