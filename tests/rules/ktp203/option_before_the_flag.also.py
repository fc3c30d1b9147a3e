import keras


class Scores(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, axis=-1, scale=1.0, training=None):
        return keras.ops.softmax(self.dropout(x, training=training) * scale, axis=axis)


class Packed(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, *options, training=None):
        return self.dropout(x, training=training)


class Classifier(keras.Model):
    def __init__(self, axis):
        super().__init__()
        self.scores, self.packed = Scores(), Packed()
        self.axis = axis

    def call(self, x, training=None):
        x = self.scores(x, 1, 0.5, training)
        x = self.scores(x, self.axis, keras.ops.sum(x), training)
        # No fix: Keras 3 refuses the 1 as well, and `call` has no name for it.
        return self.packed(x, 1, training)
