import keras
import tensorflow as tf

model = keras.Sequential([keras.layers.LayerNormalization(), keras.layers.Lambda(lambda x: tf.nn.dropout(x, 0.5))])
