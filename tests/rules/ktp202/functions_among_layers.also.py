import keras


class Plain(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def __call__(self, x):
        return super().__call__(x)

    def call(self, x, training=None):
        return self.dropout(x, training=training)


class Classifier(keras.Model):
    def __init__(self, normalize):
        super().__init__()
        # No fix for any of these: a function takes no `training`, and neither does that `__call__`.
        self.steps = [keras.layers.Dense(8), keras.ops.relu, keras.layers.Dropout(0.5)]
        self.norm = keras.layers.BatchNormalization() if normalize else (lambda x: x)
        self.body = keras.layers.Dropout(0.5)
        self.plain = Plain()

    def call(self, x, training=None):
        def residual(part, given):
            return given + part(given)

        for step in self.steps:
            x = step(x)
        x = self.plain(self.norm(x))
        return residual(self.body, residual(keras.ops.relu, x))
