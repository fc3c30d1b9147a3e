import keras


class Head(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, is_training):
        return self.dropout(x, training=is_training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = Head()

    def call(self, x, training=None):
        return self.head(x, training=training)
