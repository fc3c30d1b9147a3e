import keras

model = keras.Sequential([keras.layers.LayerNormalization(), keras.layers.Dropout(0.5)])
