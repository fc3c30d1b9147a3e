import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def head(self, x):
        return self.dropout(x)

    def call(self, x, training=None):
        return self.head(x)


classifier = Classifier()
print(classifier.head(keras.ops.ones((1, 8))))
