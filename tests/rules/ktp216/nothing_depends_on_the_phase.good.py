import keras
import tf_keras


class New(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = tf_keras.layers.Dense(8)
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(self.dense(x))


class Old(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.new = keras.layers.Dropout(0.5)
        self.old = tf_keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.old(self.new(x, training=training))
