import tensorflow as tf
from tensorflow.keras import layers

augmentation = tf.keras.Sequential([layers.RandomFlip(), layers.GaussianNoise(0.1)])
noise = layers.GaussianNoise(0.1)


class Spoil(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = layers.SpatialDropout2D(0.1)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


spoil = Spoil()


def augmented(image):
    return augmentation(image)


def prepared(image, label):
    return tf.cast(augmented(image), tf.float32), label


def pipeline(train, images):
    train = train.map(prepared, num_parallel_calls=tf.data.AUTOTUNE)
    return train, images.map(noise), images.map(lambda image: spoil(image))


def prepared_for_training(images, training, shuffles=True):
    if not training:
        return images
    if training and shuffles:
        images = images.map(lambda image: noise(image))
    return images.map(noise) if training else images


def by_split(images, split):
    return images.map(noise) if split == "train" else images
