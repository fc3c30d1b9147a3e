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
    "a default that is a number or a name is a default": """
DEFAULT = True


class Named(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=DEFAULT):
        return self.drop(x, training=training)


class Number(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=1):
        return self.drop(x)
""",
    "a wrapper hides the default from Keras 2, and the parameter from Keras 3": """
def plain(method):
    def run(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return run


def logged(method):
    @functools.wraps(method)
    def run(self, *args, **kwargs):
        return method(self, *args, **kwargs)

    return run


class Plain(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    @plain
    def call(self, x, training=True):
        return self.drop(x, training=training)


class Logged(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    @logged
    def call(self, x, training=True):
        return self.drop(x, training=training)
""",
    "Keras 2 fills **kwargs, and takes None there for nothing": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, **kwargs):
        return self.drop(x, training=kwargs.get("training"))


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = Inner()

    def call(self, x, training=None):
        return self.inner(x, training=None)
""",
    "a number equals a bool": """
class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.noise = keras.layers.GaussianNoise(0.1)

    def call(self, x, training=None):
        if training == 1:
            return self.drop(x, training=training)
        return self.noise(x, training=training != 0)
""",
    "a number is not a bool": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.noise = keras.layers.GaussianNoise(0.1)

    def call(self, x, training=1):
        if training is True:
            return self.drop(x, training=training)
        return self.noise(x, training=training)
""",
    "a dict takes what update gives by name, a list where insert puts it": """
class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        table = {"first": keras.layers.Dropout(0.5)}
        table.update(second=keras.layers.Dense(4))
        self.table = table
        self.blocks = [keras.layers.Dense(4)]
        self.blocks.insert(0, keras.layers.Dropout(0.5))

    def call(self, x, training=None):
        return self.table["second"](self.blocks[0](x, **{}), training=training)
""",
    "a parent's call that is a graph runs its layers": """
class Child(keras.Sequential):
    def __init__(self):
        super().__init__([keras.Input((3, 4)), keras.layers.Dropout(0.5)])

    def call(self, x, training=None):
        return super().call(x, training=True)


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.child = Child()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(self.child(x))
""",
    "each of two functional models has layers of its own": """
class On(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x, training=True)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        inputs = keras.Input((3, 4))
        self.loud = keras.Model(inputs, On()(inputs))
        self.quiet = keras.Model(inputs, keras.layers.Dropout(0.5)(keras.layers.Dense(4)(inputs)))
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(self.quiet(x))
""",
    "a functional model has the layers of its branches, and of what is computed from them": """
class Host(keras.Model):
    def __init__(self, wide=True):
        super().__init__()
        inputs = keras.Input((3, 4))
        outputs = keras.layers.Dense(4)(inputs)
        if wide:
            outputs = outputs + keras.layers.Dropout(0.5)(outputs)
        self.net = keras.Model(inputs, outputs * 2)

    def call(self, x, training=None):
        return self.net(self.net(x), training=training)
""",
    "the default of a flag of another name is none that a graph knows of": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.flip = keras.layers.RandomFlip()

    def call(self, x, is_training=False):
        return self.flip(x)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        inputs = keras.Input((3, 4))
        self.net = keras.Model(inputs, Inner()(inputs))

    def call(self, x, training=None):
        return self.net(x, training=training)
""",
    "a constant by position is the flag of another name": """
class Inner(keras.layers.BatchNormalization):
    def call(self, x, train=False):
        return super().call(x, training=train)


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = Inner()

    def call(self, x):
        # It may raise: Keras 3 takes nothing but tensors by position.
        return self.inner(x, True)
""",
    "a wrapper of Keras hands None on, and not the default of the layer in it": """
class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.both = keras.layers.Bidirectional(keras.layers.GRU(2, return_sequences=True, dropout=0.2))
        self.flip = keras.layers.RandomFlip()

    def call(self, x, training=None):
        return self.flip(self.both(x, training=None))
""",
    "a flag by position is the mask where the flag is keyword-only": """
# It may raise: Keras 3 takes nothing but tensors by position.
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, mask=None, *, training=None):
        return self.drop(x, training=training)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = Inner()

    def call(self, x, is_training=True):
        return self.inner(x, is_training)
""",
    "a constant that a parent's call hands on by position is not known to be one after a test": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, *, training=None):
        if training is None:
            training = True
        # It may raise: Keras 3 takes nothing but tensors by position.
        return self.drop(x, training)


class Child(Inner):
    def call(self, x):
        return super().call(x, training=False)
""",
    "a layer that is called in training only is built there": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=None)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training:
            x = self.inner(x)
        return self.drop(x)
""",
    "so is one of which that is not known": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=None)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        if training in (True, 1):
            x = self.inner(x)
        return self.drop(x)
""",
    "what a late graph holds has a default of True": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([keras.layers.RandomFlip(), keras.layers.Dropout(0.5)])

    def call(self, x, training=None):
        return self.net(x, training=None)


class Host(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = keras.layers.TimeDistributed(Inner())

    def call(self, x):
        return self.inner(x)
""",
    "a Sequential without an Input keeps the phase in which it was built": """
class Inner(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=False):
        return self.drop(x, training=training)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([Inner()])

    def call(self, x, training=None):
        return self.net(x, training=training)
""",
    "a name is another function in training": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        if training:
            step = lambda h: self.drop(h, training=True)
        else:
            step = lambda h: self.norm(h, training=training)
        x = step(x)
        return self.norm(x)
""",
    "one of two functions runs, not the one after the other": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        if len(x.shape) > 2:
            step = lambda h: self.drop(h, training=True)
        else:
            step = lambda h: self.norm(h, training=training)
        return step(x)
""",
    "a loop goes on with another layer": """
class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        block = self.dense
        for _ in range(2):
            x = block(x, training=training)
            block = self.drop
        return x
""",
}


def example(source: str) -> Program:
    """A program of one module, of which every class is run."""
    names = [line.split("(")[0].removeprefix("class ") for line in source.splitlines() if line.startswith("class ")]
    targets = tuple(Target("blocks", name) for name in names)
    return Program({"blocks": f"{HEAD}\n{source}"}, targets, may_raise="# It may raise" in source)
