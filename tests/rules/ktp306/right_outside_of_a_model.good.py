import tensorflow as tf
from tensorflow.keras import layers

augmentation = tf.keras.Sequential([layers.RandomFlip(), layers.RandomRotation(0.1)])
told = tf.keras.Sequential([layers.RandomFlip(), layers.GaussianNoise(0.1)])
noise = layers.GaussianNoise(0.1)
features = tf.keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])
scaled = tf.keras.Sequential([layers.Rescaling(1 / 255), layers.RandomCrop(8, 8)])


def pipeline(train, val_ds, test_images):
    train = train.map(lambda x, y: (augmentation(x), y))
    train = train.map(lambda x, y: (told(x, training=True), y))
    train = train.map(lambda x, y: (features(x), y))
    train = train.map(lambda x, y: (scaled(x), y))
    return train, val_ds.map(lambda x, y: (told(x), y)), test_images.map(noise)


def validation_data(images):
    return images.map(lambda x: noise(x))


def always(images):
    return images.map(lambda x: layers.Dropout(0.5)(x, training=True))


def other(pool, numbers):
    return pool.map(abs, numbers), list(map(noise, numbers))


def prepared(images, training):
    if training:
        return images.map(lambda x: noise(x, training=True))
    return images.map(lambda x: noise(x))


def prepared_by_expression(images, training):
    return images.map(lambda x: noise(x, training=True) if training else noise(x))


def for_the_model(images, is_training):
    if not is_training:
        images = images.map(noise)
    return images


def by_name(images, mode):
    return images if mode == "predict" else images.map(noise)


def by_split(images, split):
    return images.batch(8) if split == "train" else images.map(noise)
