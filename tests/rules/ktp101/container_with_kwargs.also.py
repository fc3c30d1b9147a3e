import keras


class Chain(keras.layers.Layer):
    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def call(self, x, **options):
        for step in self.steps:
            x = step(x, **options)
        return x


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.chain = Chain([keras.layers.Dense(8), keras.layers.Dropout(0.5)])

    def call(self, x):
        return self.chain(x)


class Filtering(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.blocks = []

    def add(self, block):
        self.blocks.append(block)

    def run(self, block, x, **options):
        return block(x, **{key: value for key, value in options.items() if key in ("training", "mask")})

    def call(self, x, **options):
        for block in self.blocks:
            x = self.run(block, x, **options)
        return x


class Tagger(keras.Model):
    def __init__(self):
        super().__init__()
        self.body = Filtering()
        self.body.add(keras.layers.BatchNormalization())

    def call(self, x):
        return self.body(x)


class ToldTagger(keras.Model):
    """The flag that it is given reaches the call context, and the layers find it there."""

    def __init__(self):
        super().__init__()
        self.body = Filtering()
        self.body.add(keras.layers.BatchNormalization())

    def call(self, x, training=None):
        return self.body(x)
