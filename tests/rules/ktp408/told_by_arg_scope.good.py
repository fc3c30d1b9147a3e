import tf_slim as slim


def block(x, is_training, **kwargs):
    with slim.arg_scope([slim.batch_norm], is_training=is_training):
        return slim.batch_norm(x)
