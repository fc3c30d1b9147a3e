"""A training loop of one's own that calls the model as if it were to predict.

Wrong: outside `fit()` nobody sets the flag. `model(x)` without `training=True` runs in inference, so the dropout never
drops and the normalization never updates its statistics, under Keras 2 and Keras 3.
"""

import numpy as np
import tensorflow as tf
from tensorflow import keras


def build_model():
    return keras.Sequential(
        [
            keras.Input((12,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(4),
        ]
    )


model = build_model()
optimizer = keras.optimizers.Adam(1e-3)
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x)
        loss = loss_function(y, logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 12)).astype("float32")
    y = rng.integers(0, 4, 64)
    for epoch in range(2):
        for batch_x, batch_y in tf.data.Dataset.from_tensor_slices((x, y)).batch(16):
            loss = train_step(batch_x, batch_y)
        print(f"epoch {epoch}: loss {float(loss):.3f}")


if __name__ == "__main__":
    main()
