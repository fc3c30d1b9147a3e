import keras


class Scores(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, axis=-1, mask=None, training=None):
        return keras.ops.softmax(self.dropout(x, training=training), axis=axis)


class Fusion(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, context, mask=None, training=None):
        return self.dropout(x + context, training=training)


class Packed(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, axis=-1, /, training=None):
        return self.dropout(x, training=training)


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.scores, self.fusion, self.packed = Scores(), Fusion(), Packed()

    def call(self, x, mask=None, training=None):
        x = self.scores.call(x, 1)
        # Tensors stay by position.
        x = self.fusion.call(x, x, mask)
        x = self.fusion.call(x, keras.ops.sum(x))
        # No fix: Keras 3 takes no `1` by position, and `call` takes it no other way.
        return self.packed.call(x, 1)
