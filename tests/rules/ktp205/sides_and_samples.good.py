import keras


class Teacher(keras.Model):
    def __init__(self):
        super().__init__()
        self.embedding = keras.layers.Embedding(10, 8)
        self.cell = keras.layers.GRU(8)
        self.dropout = keras.layers.Dropout(0.5)
        self.side = keras.layers.Dense(3)

    def call(self, x, target=None, training=None):
        state = self.cell(x)
        if training:
            state = self.dropout(state, training=training)
            step = self.embedding(target)
            step = self.side(step)
            self.add_loss(step)
        if not training:
            return state
        return self.side(state), state


class Sampler(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.mean = keras.layers.Dense(8)
        self.scale = keras.layers.Dense(8)

    def call(self, x, training=None):
        z = self.mean(x)
        if training:
            z = z + self.scale(z) * keras.random.normal((8,))
        return z


class SelfSupervised(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = keras.layers.Dense(8)
        self.mlp = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])

    def call(self, x, training=None):
        x = self.body(x)
        if training:
            return self.mlp(x, training=training)
        return x
