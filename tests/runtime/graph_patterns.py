"""The patterns of functional and Sequential models: what is written into a graph, and what stays in it."""

from __future__ import annotations

from textwrap import indent

from tests.runtime.patterns import ALWAYS_OFF, ALWAYS_ON, Pattern

BACKBONE = "backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])"
DROPPING = "backbone = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])"


def graph(statements: str, outputs: str, before: str = "", inputs: str = "keras.Input((8,))") -> str:
    """The source text of a function `functional` that makes a model, and what is before it."""
    body = "\n".join([f"inputs = {inputs}", *statements.strip().splitlines()])
    head = f"\nimport keras\n\n\n{before.strip()}\n\n\n" if before else "\nimport keras\n\n\n"
    return f"{head}def functional():\n{indent(body, '    ')}\n    return keras.Model(inputs, {outputs})\n"


IMAGES = {"inputs": "keras.Input((8, 8, 3))"}

BAKED = (
    Pattern(
        "7g",
        "`Dropout(0.5)(inputs, training=True)` (always on is meant)",
        graph("", "keras.layers.Dropout(0.5)(inputs, training=True)"),
        layer="layers[-1]",
        right=ALWAYS_ON,
        build="functional()",
        code="KTP218",
    ),
    Pattern(
        "7h",
        "`Dropout(0.5)(inputs, training=False)` (always off is meant)",
        graph("", "keras.layers.Dropout(0.5)(inputs, training=False)"),
        layer="layers[-1]",
        right=ALWAYS_OFF,
        build="functional()",
        code="KTP218",
    ),
    Pattern(
        "7g.norm",
        "`BatchNormalization()(inputs, training=True)` (always on is meant)",
        graph("", "keras.layers.BatchNormalization()(inputs, training=True)"),
        layer="layers[-1]",
        right=ALWAYS_ON,
        build="functional()",
        code="KTP218",
    ),
    Pattern(
        "7i",
        "`backbone(inputs, training=False)`, watched inside the backbone (always off is meant)",
        graph(BACKBONE, "backbone(inputs, training=False)"),
        layer="layers[-1]",
        right=ALWAYS_OFF,
        build="functional()",
        code="KTP218",
    ),
    Pattern(
        "7i.dropout",
        "the same, with a dropout in the backbone and `backbone.trainable = False`",
        graph(f"{DROPPING}\nbackbone.trainable = False", "backbone(inputs, training=False)"),
        layer="layers[-1]",
        right=ALWAYS_OFF,
        build="functional()",
        code="KTP218",
    ),
    Pattern(
        "7j",
        "`block(inputs, training=False)` of a layer whose `call` has no `training`",
        graph(
            "",
            "Block()(inputs, training=False)",
            """
class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.dropout(x)
""",
        ),
        layer="layers[-1].dropout",
        build="functional()",
    ),
    Pattern(
        "E1c",
        "a dropout after `backbone(inputs, training=False)`",
        graph(f"{BACKBONE}\nfeatures = backbone(inputs, training=False)", "keras.layers.Dropout(0.5)(features)"),
        layer="layers[-1]",
        build="functional()",
    ),
    Pattern(
        "7k",
        "the graph of row 7g inside a model of your own, called with `training=training`",
        graph("", "keras.layers.Dropout(0.5)(inputs, training=True)")
        + """

class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.graph = functional()

    def call(self, x, training=None):
        return self.graph(x, training=training)
""",
        layer="graph.layers[-1]",
        right=ALWAYS_ON,
        code="KTP218",
    ),
    Pattern(
        "7l",
        "the graph of row 7g inside a model of your own without `training`",
        graph("", "keras.layers.Dropout(0.5)(inputs, training=True)")
        + """

class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.graph = functional()

    def call(self, x):
        return self.graph(x)
""",
        layer="graph.layers[-1]",
        right=ALWAYS_ON,
    ),
)
"""A constant flag in a functional graph."""

OWN_DEFAULT = """
class OnByDefault(keras.layers.Layer):
    def call(self, x, training=True):
        return x
"""

SPREADING = (
    Pattern(
        "E1.Resizing",
        "`Resizing`, then a dropout",
        graph("x = keras.layers.Resizing(4, 4)(inputs)", "keras.layers.Dropout(0.5)(x)", **IMAGES),
        layer="layers[-1]",
        build="functional()",
        shape=(8, 8, 3),
    ),
    Pattern(
        "E1b.Resizing",
        "`Resizing`, then a batch normalization",
        graph("x = keras.layers.Resizing(4, 4)(inputs)", "keras.layers.BatchNormalization()(x)", **IMAGES),
        layer="layers[-1]",
        build="functional()",
        shape=(8, 8, 3),
        code="KTP201",
    ),
    Pattern(
        "E1b.RandomFlip",
        "`RandomFlip`, then a batch normalization",
        graph("x = keras.layers.RandomFlip()(inputs)", "keras.layers.BatchNormalization()(x)", **IMAGES),
        layer="layers[-1]",
        build="functional()",
        shape=(8, 8, 3),
        code="KTP201",
    ),
    Pattern(
        "E1b.Dropout",
        "`Resizing`, a dropout, then a batch normalization",
        graph(
            "x = keras.layers.Resizing(4, 4)(inputs)\nx = keras.layers.Dropout(0.5)(x)",
            "keras.layers.BatchNormalization()(x)",
            **IMAGES,
        ),
        layer="layers[-1]",
        build="functional()",
        shape=(8, 8, 3),
    ),
    Pattern(
        "E6b",
        "the same in a `Sequential`: `Resizing`, then a batch normalization",
        "\nimport keras\n",
        layer="layers[-1]",
        build="keras.Sequential([keras.layers.Resizing(4, 4), keras.layers.BatchNormalization()])",
        shape=(8, 8, 3),
    ),
    Pattern(
        "E6c",
        "`Resizing`, then a layer of your own that takes and forwards the flag to a dropout",
        """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.dropout(x, training=training)
""",
        layer="layers[-1].dropout",
        build="keras.Sequential([keras.layers.Resizing(4, 4), Block()])",
        shape=(8, 8, 3),
    ),
    Pattern(
        "22e2",
        "a layer of your own with the default `training=True`, then a batch normalization",
        graph("x = OnByDefault()(inputs)", "keras.layers.BatchNormalization()(x)", OWN_DEFAULT),
        layer="layers[-1]",
        build="functional()",
        code="KTP201",
    ),
    Pattern(
        "E2b.Resizing",
        "the graph of row E1b.Resizing inside a model of your own without `training`",
        graph("x = keras.layers.Resizing(4, 4)(inputs)", "keras.layers.BatchNormalization()(x)", **IMAGES)
        + """

class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.graph = functional()

    def call(self, x):
        return self.graph(x)
""",
        layer="graph.layers[-1]",
        shape=(8, 8, 3),
        code="KTP201",
    ),
)
"""A default of True before a layer that finds no flag."""


HOST = """

class M(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training=training)
"""


def trained(base: str, layers: str, build: str = "", host: str = HOST) -> str:
    """The source text of a class, a model around it, and a function `trained` that fits a model once."""
    own_build = f"\n    def build(self, shape):\n{indent(build, ' ' * 8)}\n" if build else ""
    return f"""
import keras
import numpy


class Block(keras.{base}):
    def __init__(self):
        super().__init__()
        {layers}
{own_build}
    def call(self, x, training=None):
        return self.body(x, training=training)
{host}

def trained(model):
    model.compile("sgd", "mse")
    model.fit(numpy.ones((4, 8)), numpy.ones((4, 8)), verbose=0)
    return model
"""


DEFERRED = "self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.BatchNormalization()])"
WITH_INPUT = DEFERRED.replace("[keras.layers.Dense", "[keras.Input((8,)), keras.layers.Dense")
OWN_BUILD = "self.scale = self.add_weight(shape=(8,), initializer='ones', name='scale')"

BUILT = (
    Pattern(
        "23a",
        "a layer with its own `build` that holds a `Sequential` without an `Input`, everything forwarded",
        trained("layers.Layer", DEFERRED, OWN_BUILD),
        layer="block.body",
        build="trained(M())",
        code="KTP219",
    ),
    Pattern(
        "23b",
        "the same; `build` calls `self.body.build(shape)`",
        trained("layers.Layer", DEFERRED, f"{OWN_BUILD}\nself.body.build(shape)"),
        layer="block.body",
        build="trained(M())",
    ),
    Pattern(
        "23c",
        "the same; the `Sequential` has an `Input`",
        trained("layers.Layer", WITH_INPUT, OWN_BUILD),
        layer="block.body",
        build="trained(M())",
    ),
    Pattern(
        "23d",
        "the same layer without a `build` of its own",
        trained("layers.Layer", DEFERRED),
        layer="block.body",
        build="trained(M())",
    ),
    Pattern(
        "23e",
        "a model with its own `build` that holds a `Sequential` without an `Input`, everything forwarded",
        trained("Model", DEFERRED, f"{OWN_BUILD}\nself.built = True"),
        layer="body",
        build="trained(Block())",
        code="KTP219",
    ),
    Pattern(
        "23f",
        "the layer of row 23a in a functional model",
        trained("layers.Layer", DEFERRED, OWN_BUILD, host="")
        + """

def functional():
    inputs = keras.Input((8,))
    return keras.Model(inputs, Block()(inputs))
""",
        layer="layers[-1].body",
        build="trained(functional())",
    ),
    Pattern(
        "23g",
        "the layer of row 23a; `build` makes the `Sequential`",
        trained("layers.Layer", "self.scale = None", DEFERRED),
        layer="block.body",
        build="trained(M())",
        code="KTP219",
    ),
    Pattern(
        "23h",
        "the layer of row 23a; `build` ends with `super().build(shape)`",
        trained("layers.Layer", DEFERRED, f"{OWN_BUILD}\nsuper().build(shape)"),
        layer="block.body",
        build="trained(M())",
        code="KTP219",
    ),
    Pattern(
        "23i",
        "a layer without a `build` of its own; a layer around it has one",
        trained("layers.Layer", DEFERRED)
        + """

class Outer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def build(self, shape):
        self.scale = self.add_weight(shape=(8,), initializer="ones", name="scale")

    def call(self, x, training=None):
        return self.block(x * self.scale, training=training)


class N(keras.Model):
    def __init__(self):
        super().__init__()
        self.outer = Outer()

    def call(self, x, training=None):
        return self.outer(x, training=training)
""",
        layer="outer.block.body",
        build="trained(N())",
        code="KTP219",
    ),
    Pattern(
        "23j",
        "the layer of row 23a with a `Sequential` of a dropout",
        trained(
            "layers.Layer",
            "self.body = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.5)])",
            OWN_BUILD,
        ),
        layer="block.body",
        build="trained(M())",
        code="KTP219",
    ),
    Pattern(
        "23k",
        "the layer of row 23a; `build` makes a functional model",
        trained(
            "Layer",
            "self.scale = None",
            "inputs = keras.Input((8,))\n"
            "self.body = keras.Model(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(8)(inputs)))",
        ),
        layer="block.body",
        build="trained(M())",
        keras=(3,),
    ),
)
"""What is built by its first call."""

FILLED = """
class Skip(keras.{parent}):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs)
"""

PARENTS = (
    Pattern(
        "14s",
        "`super().call(x)` in a subclass of `Sequential` that is given a dropout",
        "\nimport keras\n\n" + FILLED.format(parent="Sequential"),
        layer="layers[-1]",
        build="Skip([keras.layers.Dense(8), keras.layers.Dropout(0.5)])",
        code="KTP209",
    ),
    Pattern(
        "14t",
        "the same with a batch normalization",
        "\nimport keras\n\n" + FILLED.format(parent="Sequential"),
        layer="layers[-1]",
        build="Skip([keras.layers.Dense(8), keras.layers.BatchNormalization()])",
    ),
    Pattern(
        "22x",
        "`super().call(x)` in a subclass of `Model` that is given a graph with a dropout",
        "\nimport keras\n\n"
        + FILLED.format(parent="Model")
        + """

def filled():
    inputs = keras.Input((8,))
    return Skip(inputs, keras.layers.Dropout(0.5)(inputs))
""",
        layer="layers[-1]",
        build="filled()",
        code="KTP209",
    ),
    Pattern(
        "22y",
        "the same with a batch normalization",
        "\nimport keras\n\n"
        + FILLED.format(parent="Model")
        + """

def filled():
    inputs = keras.Input((8,))
    return Skip(inputs, keras.layers.BatchNormalization()(inputs))
""",
        layer="layers[-1]",
        build="filled()",
    ),
)
"""A parent that runs what it was given."""
