import tf_slim as slim


def block(x, is_training):
    return slim.batch_norm(x)
