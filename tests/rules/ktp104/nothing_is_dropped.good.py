import keras


class Attention(keras.layers.Layer):
    def __init__(self, keep_prob=1.0):
        super().__init__()
        self.keep_prob = keep_prob
        self.dropout = keras.layers.Dropout(1 - keep_prob)
        self.dense = keras.layers.Dense(8)

    def call(self, x, training=None):
        x = self.dense(x)
        if 0 < self.keep_prob < 1:
            x = self.dropout(x, training=training)
        return x


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.dropout = keras.layers.Dropout(1 - 1.0)

    def call(self, x, training=True):
        return self.dropout(self.attention(x, training=training), training=training)


Classifier()
