"""Programs on which the analysis was once wrong, cut down by hand. Each is run in Keras."""

from __future__ import annotations

from tests.runtime.programs.program import Program, Target

HEAD = """\
import functools

import keras
"""

REGRESSIONS: dict[str, str] = {
    "bool of the flag is False where the flag is None": """
class Loud(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=True):
        return self.drop(x)


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.loud = Loud()

    def call(self, x, training=None):
        return self.loud(x, training=bool(training))
""",
    "a graph of Keras 3 runs without a flag with the defaults that it was made with": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.Input((3, 4)), keras.layers.Dropout(0.5), keras.layers.RandomFlip()])

    def call(self, x, training=None):
        return self.net(x)
""",
    "a flag that partial gives goes to the parameter it names": """
class Deaf(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, is_training=None):
        return self.drop(x)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.deaf = Deaf()

    def call(self, x, training=None):
        return functools.partial(self.deaf, training=1)(x)
""",
    "None by position is passed as the flag": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)

    def call(self, x):
        return self.noise(self.noise(x, None))
""",
    "None by position is the initial state of a recurrent layer": """
class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.noise = keras.layers.GaussianNoise(0.1)
        self.gru = keras.layers.GRU(4, return_sequences=True, dropout=0.2)

    def call(self, x, training=None):
        return self.gru(self.noise(x, training=True), None)
""",
    "a graph of Keras 3 hands the flag to layers without the parameter": """
class On(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x, training=True)


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.Input((3, 4)), On(), keras.layers.LayerNormalization()])
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(self.net(x, training=training))
""",
    "TimeDistributed of Keras 3 leaves the context as it is": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.steps = keras.layers.TimeDistributed(keras.layers.Dropout(0.5))
        self.flip = keras.layers.RandomFlip()

    def call(self, x, training=None):
        return self.flip(self.steps(x, training=None))
""",
    "a Sequential that grows in the constructor holds all that was added": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.flip = keras.layers.RandomFlip()
        self.net = keras.Sequential()
        self.net.add(keras.Input((3, 4)))
        self.net.add(keras.layers.Dense(4))
        self.net.add(keras.layers.Dropout(0.5))

    def call(self, x, training=None):
        return self.flip(self.net(self.flip(x), training=training))
""",
    "None by position is the flag of a functional model": """
class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        inputs = keras.Input((3, 4))
        self.graph = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs))

    def call(self, x, training=None):
        return self.graph(x, None)
""",
    "a subclass that is a functional model takes the flag": """
class Graph(keras.Model):
    def __init__(self):
        inputs = keras.Input((3, 4))
        super().__init__(inputs=inputs, outputs=keras.layers.Dropout(0.5)(inputs))


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.graph = Graph()

    def call(self, x, training=None):
        return self.graph(self.graph(x, None), training=training)
""",
}


def example(source: str) -> Program:
    """A program of one module, of which every class is run."""
    names = [line.split("(")[0].removeprefix("class ") for line in source.splitlines() if line.startswith("class ")]
    return Program({"blocks": f"{HEAD}\n{source}"}, tuple(Target("blocks", name) for name in names))
