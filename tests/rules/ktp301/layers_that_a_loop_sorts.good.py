import keras
import tensorflow as tf

net = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5, name="drop")])
optimizer = keras.optimizers.Adam()


def step(x, y):
    with tf.GradientTape() as tape:
        for layer in net.layers:
            if "drop" in layer.name:
                x = layer(x, training=True)
            else:
                x = layer(x)
        loss = tf.reduce_mean((x - y) ** 2)
    gradients = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(gradients, net.trainable_variables))
