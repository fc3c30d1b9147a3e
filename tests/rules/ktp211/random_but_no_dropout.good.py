import keras
import tensorflow as tf
from keras import ops


class DropPath(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def call(self, x, training=None):
        if not training or self.rate == 0:
            return x
        keep = 1 - self.rate
        return x / keep * tf.floor(keep + tf.random.uniform((tf.shape(x)[0], 1)))


class KeepsByFlag(keras.layers.Layer):
    def call(self, x, training=None):
        rate = 0.5 if training else 0.0
        mask = tf.cast(tf.random.uniform(tf.shape(x)) >= rate, x.dtype)
        return x * mask


class ChosenLater(keras.layers.Layer):
    def call(self, x, training=None):
        mask = tf.cast(tf.random.uniform(tf.shape(x)) >= 0.5, x.dtype)
        dropped = x * mask
        return tf.where(training, dropped, x)


class DroppedInPlaceAndChosenLater(keras.layers.Layer):
    def call(self, x, training=None):
        dropped = x / 0.5
        dropped *= tf.cast(tf.random.uniform(tf.shape(x)) >= 0.5, x.dtype)
        return tf.where(training, dropped, x)


class DroppedUnderGuard(keras.layers.Layer):
    def call(self, x, training=None):
        if training:
            x = x * tf.floor(0.5 + tf.random.uniform(tf.shape(x)))
            x *= 2.0
        return x


class Sampling(keras.layers.Layer):
    """What a variational autoencoder draws."""

    def call(self, inputs):
        mean, log_variance = inputs
        return mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))


class Interpolation(keras.layers.Layer):
    """The gradient penalty of a Wasserstein GAN."""

    def call(self, inputs):
        real, fake = inputs
        share = tf.random.uniform((tf.shape(real)[0], 1))
        return share * real + (1 - share) * fake


class RandomErasing(keras.layers.Layer):
    def call(self, x):
        return x * ops.cast(keras.random.uniform(ops.shape(x)) > 0.1, x.dtype)


class MaskTokens(keras.layers.Layer):
    """A part of the task: the model learns to fill the gaps."""

    def call(self, x):
        return x * ops.cast(keras.random.uniform(ops.shape(x)) > 0.15, x.dtype)


class Discriminator(keras.Model):
    def call(self, x):
        return tf.nn.dropout(x, 0.3)


class Quantizer(keras.layers.Layer):
    """Rounds at random: no product with the input."""

    def call(self, x):
        return tf.floor(x + tf.random.uniform(tf.shape(x)))


class Router(keras.layers.Layer):
    def call(self, x):
        gates = tf.cast(tf.random.uniform((8,)) < 0.5, tf.float32)
        return x, gates


class Negatives(keras.layers.Layer):
    """Draws indices."""

    def call(self, x):
        indices = tf.random.uniform((tf.shape(x)[0], 8), maxval=100, dtype=tf.int32)
        return x[:, :8] * tf.cast(indices >= 50, x.dtype)


class GuardedNumbers(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.numbers = tf.random.Generator.from_seed(1)

    def call(self, x, training=None):
        if training:
            x = x * tf.cast(self.numbers.uniform(tf.shape(x)) > 0.1, x.dtype)
        return x


class Jittered(keras.layers.Layer):
    """Scales at random: nothing becomes zero."""

    def build(self, shape):
        self.numbers = tf.random.Generator.from_non_deterministic_state()

    def call(self, x):
        return x * self.numbers.normal(tf.shape(x)) + self.numbers.uniform(tf.shape(x))


class OneOfTwo(keras.layers.Layer):
    def __init__(self, drops):
        super().__init__()
        self.regularize = tf.nn.dropout if drops else tf.nn.local_response_normalization

    def call(self, x):
        return self.regularize(x, 1)
