import tensorflow as tf


class OnByDefault(tf.keras.layers.Layer):
    def call(self, x, training=True):
        if training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return x


class AlwaysOn(tf.keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return tf.image.random_flip_left_right(x)


class Jitter(tf.keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return x


class NoisyDense(tf.keras.layers.Layer):
    """A network that extracts features."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 8))

    def call(self, x, training=None):
        if training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return x @ self.kernel


on_by_default, always_on, jitter, noisy = OnByDefault(), AlwaysOn(), Jitter(), NoisyDense()


def pipeline(train, val_ds, test_images):
    train = train.map(lambda x: on_by_default(x))
    train = train.map(lambda x: always_on(x))
    train = train.map(lambda x: jitter(x, training=True))
    train = train.map(lambda x: noisy(x))
    return train, val_ds.map(lambda x: jitter(x)), test_images.map(jitter)
