import keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, is_training=None):
        training = is_training
        return self.dropout(x, training=training)
