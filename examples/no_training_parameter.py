"""An image classifier whose `call` does not take `training`.

Wrong: Keras 3 passes the flag to a model only if the signature of `call` names it. `fit()` trains without dropout,
and the moving statistics of the batch normalization are never learned; nothing raises. Keras 2 is right.
"""

import keras
import numpy as np
from keras import layers


class DigitClassifier(keras.Model):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = layers.Conv2D(16, 3, activation="relu")
        self.norm = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(32, 3, strides=2, activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.dropout = layers.Dropout(0.4)
        self.classify = layers.Dense(classes, activation="softmax")

    def call(self, images):
        x = self.conv1(images)
        x = self.norm(x)
        x = self.conv2(x)
        x = self.pool(x)
        x = self.dropout(x)
        return self.classify(x)


def main():
    rng = np.random.default_rng(0)
    images = rng.random((64, 14, 14, 1), dtype="float32")
    labels = rng.integers(0, 10, 64)

    model = DigitClassifier()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, epochs=2, batch_size=16, verbose=2)
    print("moving mean after fit:", model.norm.moving_mean.numpy()[:4])


if __name__ == "__main__":
    main()
