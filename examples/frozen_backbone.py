"""Fine-tuning: a head on a backbone that is kept in inference mode.

Wrong: the dropout behind `self.backbone(images, training=False)` is given no flag. Keras 3 keeps one call context, so
it finds the `False` of the backbone there and never drops. Keras 2 restores the context and is right.
"""

import numpy as np
import tensorflow as tf


def small_backbone():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Conv2D(8, 3, use_bias=False),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.ReLU(),
            tf.keras.layers.GlobalMaxPooling2D(),
        ],
        name="backbone",
    )


class FlowerClassifier(tf.keras.Model):
    def __init__(self, classes=5):
        super().__init__()
        self.backbone = small_backbone()
        self.backbone.trainable = False
        self.dropout = tf.keras.layers.Dropout(0.3)
        self.head = tf.keras.layers.Dense(classes)

    def call(self, images, training=None):
        features = self.backbone(images, training=False)
        features = self.dropout(features)
        return self.head(features)


def main():
    rng = np.random.default_rng(0)
    images = rng.random((32, 16, 16, 3), dtype="float32")
    labels = rng.integers(0, 5, 32)

    model = FlowerClassifier()
    model.compile(
        optimizer=tf.keras.optimizers.Adam(1e-3),
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(images, labels, epochs=2, batch_size=8, verbose=2)


if __name__ == "__main__":
    main()
