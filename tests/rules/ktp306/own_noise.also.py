import tensorflow as tf


class Jitter(tf.keras.layers.Layer):
    def call(self, x, training=False):
        if training:
            x = x + tf.random.normal(tf.shape(x), stddev=0.1)
        return x


class Salt(tf.keras.layers.Layer):
    def call(self, images, training=None):
        if not training:
            return images
        return tf.where(tf.random.uniform(tf.shape(images)) < 0.1, 1.0, images)


class FlipAfterScaling(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.scale = tf.keras.layers.Rescaling(1 / 255)

    def call(self, images, training=None):
        images = self.scale(images)
        return tf.image.random_flip_left_right(images) if training else images


jitter = Jitter()
flip = FlipAfterScaling()
salted = tf.keras.Sequential([tf.keras.layers.Rescaling(1 / 255), Salt()])


def pipeline(train_files):
    train = tf.data.Dataset.from_tensor_slices(train_files)
    train = train.map(lambda x: jitter(x))
    train = train.map(lambda x: salted(x))
    train = train.map(lambda x: flip(x))
    return train.map(Jitter())
