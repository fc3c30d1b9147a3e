"""A layer is known in whatever way the class holds it."""

from __future__ import annotations

import textwrap

import pytest

from tests.analysis.conftest import Reported

CLASS = """
import copy
import keras
from keras import layers
from collections import OrderedDict, defaultdict, deque
from functools import partial
import itertools

REGISTRY = {{}}
REGISTRY["drop"] = layers.Dropout
REGISTRY["norm"] = layers.LayerNormalization


def make_norm(rate):
    return layers.BatchNormalization() if rate else layers.LayerNormalization()


def conv_block(width):
    block = keras.Sequential()
    block.add(layers.Dense(width))
    block.add(layers.Dropout(0.5))
    return block


class Inner(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Plain(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(8)

    def call(self, x):
        return self.dense(x)


class Quieter(layers.SpatialDropout1D):
    pass


class Outer(layers.Wrapper):
    def call(self, x):
        return self.layer(x)


class Stack:
    def __init__(self, *parts):
        self.parts = parts

    @classmethod
    def of(cls, part):
        return cls(part)


class Block(layers.Layer):
    def __init__(self, depth=2, rate=0.1, norm_layer=layers.BatchNormalization, inner: layers.Dropout = None,
                 made_layer=partial(layers.Dropout, 0.5)):
        super().__init__()
{init}

    def call(self, x, training=None):
{call}
"""

HELD = [
    ("self.a = layers.Dropout(rate)", "return self.a(x)"),
    ("self.a = layers.Dropout(rate) if rate else None", "return self.a(x)"),
    ("self.a = None\nif rate:\n    self.a = layers.Dropout(rate)", "return self.a(x)"),
    ("self.a = self.b = layers.Dropout(rate)", "return self.a(x)"),
    ("self.a, self.b = layers.Dense(2), layers.Dropout(rate)", "return self.b(self.a(x))"),
    ("drop = layers.Dropout(rate)\nself.a = drop", "return self.a(x)"),
    ("self.a = [layers.Dropout(rate) for _ in range(depth)]", "return self.a[0](x)"),
    ("self.a = [layers.Dense(2), layers.Dropout(rate)]", "return self.a[1](self.a[0](x))"),
    ("self.a = (layers.Dropout(rate),)", "return self.a[-1](x)"),
    ("self.a = {'down': [], 'up': []}\nself.a['up'].append(layers.Dropout(rate))", "return self.a['up'][0](x)"),
    ("self.a = []\nself.a.append([])\nself.a[-1].append(layers.Dropout(rate))", "return self.a[0][0](x)"),
    ("self.a = defaultdict(list)\nself.a['up'].append(layers.Dropout(rate))", "return self.a['up'][0](x)"),
    ("self.a = deque([layers.Dropout(rate)])", "return self.a[0](x)"),
    ("self.a = OrderedDict([('dense', layers.Dense(2)), ('drop', layers.Dropout(rate))])", "return self.a['drop'](x)"),
    ("self.a = copy.deepcopy(layers.Dropout(rate))", "return self.a(x)"),
    ("self.a = keras.models.clone_model(keras.Sequential([layers.Dropout(rate)]))", "return self.a(x)"),
    ("self.a = REGISTRY['drop'](rate)", "return self.a(x)"),
    ("self.a = Stack(*[layers.Dense(2), layers.Dropout(rate)])", "return self.a.parts[1](x)"),
    ("self.a = Outer(layers.Dropout(rate))", "return self.a.layer(x)"),
    ("self.a = Stack.of(layers.Dropout(rate))", "return self.a.parts[0](x)"),
    ("self.a = [layers.Dense(2), layers.Dropout(rate)]", "return self.a[1:][0](x)"),
    ("self.a = [layers.Dropout(rate) for _ in range(depth)]", "return self.a[:-1][0](x)"),
    ("self.a = [layers.Dense(2), layers.Dropout(rate)] * depth", "return self.a[1::2][0](x)"),
    ("self.a = {'drop': layers.Dropout(rate), 'dense': layers.Dense(2)}", "return self.a['drop'](self.a['dense'](x))"),
    ("self.a = dict(drop=layers.Dropout(rate))", "return self.a['drop'](x)"),
    ("self.a = {}\nfor i in range(depth):\n    self.a[str(i)] = layers.Dropout(rate)", "return self.a[x](x)"),
    ("self.a = []\nfor _ in range(depth):\n    self.a.append(layers.Dropout(rate))", "return self.a[2](x)"),
    ("self.a = []\nself.a.extend([layers.Dropout(rate)])", "return self.a[0](x)"),
    ("self.a = []\nself.a += [layers.Dropout(rate)]", "return self.a[0](x)"),
    ("stack = []\nstack.insert(0, layers.Dropout(rate))\nself.a = stack", "return self.a[0](x)"),
    ("self.a = [[layers.Dropout(rate)] for _ in range(depth)]", "return self.a[1][0](x)"),
    ("self.a = keras.Sequential([layers.Dense(2), layers.Dropout(rate)])", "return self.a(x)"),
    ("self.a = keras.Sequential()\nself.a.add(layers.Dropout(rate))", "return self.a(x)"),
    (
        "stack = [layers.Dense(2)]\nstack.append(layers.Dropout(rate))\nself.a = keras.Sequential(stack)",
        "return self.a(x)",
    ),
    ("self.a = keras.models.Sequential(layers=[Inner()])", "return self.a(x)"),
    ("self.a = keras.Sequential([layers.Dropout(rate)])\nself.a.trainable = False", "return self.a(x)"),
    ("self.a = [layers.Dropout(rate)]\nfor one in self.a:\n    one.trainable = False", "return self.a[0](x)"),
    ("self.a = layers.BatchNormalization()\nself.a.trainable = True", "return self.a(x)"),
    ("self.a = layers.TimeDistributed(layers.Dropout(rate))", "return self.a(x)"),
    ("self.a = layers.Bidirectional(layers.LSTM(8, dropout=rate))", "return self.a(x)"),
    ("self.a = layers.RNN([layers.LSTMCell(8, dropout=rate)])", "return self.a(x)"),
    ("self.a = layers.LSTM(8, recurrent_dropout=0.2)", "return self.a(x)"),
    ("self.a = layers.MultiHeadAttention(2, 4, dropout=rate)", "return self.a(x)"),
    ("self.a = make_norm(rate)", "return self.a(x)"),
    (
        "match rate:\n    case 0 | None:\n        self.a = layers.Dense(8)\n"
        "    case _:\n        self.a = layers.Dropout(rate)",
        "return self.a(x)",
    ),
    ("self.a = conv_block(8)", "return self.a(x)"),
    (
        "self.a = self._make(rate)",
        "return self.a(x)\n\n    def _make(self, rate):\n        return layers.Dropout(rate)",
    ),
    (
        "self._build_all(rate)",
        "return self.a(x)\n\n    def _build_all(self, rate):\n        self.a = layers.Dropout(rate)",
    ),
    ("self.a = norm_layer()", "return self.a(x)"),
    ("self.a = inner", "return self.a(x)"),
    ("make = partial(layers.Dropout, rate)\nself.a = make()", "return self.a(x)"),
    ("make = lambda: layers.Dropout(rate)\nself.a = make()", "return self.a(x)"),
    ("registry = {'bn': layers.BatchNormalization}\nself.a = registry['bn']()", "return self.a(x)"),
    (
        "for i in range(depth):\n    setattr(self, f'drop_{i}', layers.Dropout(rate))",
        "return getattr(self, f'drop_{x}')(x)",
    ),
    ("setattr(self, 'a', layers.Dropout(rate))", "return getattr(self, 'a')(x)"),
    ("if (made := layers.Dropout(rate)):\n    self.a = made", "return self.a(x)"),
    ("self.a = Inner()", "return self.a(x)"),
    ("self.a = Inner()", "return self.a.drop(x)"),
    ("self.a = Quieter(0.5)", "return self.a(x)"),
    ("i = keras.Input((2,))\nself.a = keras.Model(i, layers.Dropout(rate)(i))", "return self.a(x)"),
    (
        "i = y = keras.Input((2,))\nfor _ in range(depth):\n    y = y + layers.Dropout(rate)(y)[:, 0]\n"
        "self.a = keras.Model(inputs=i, outputs=[i, keras.ops.relu(y)])",
        "return self.a(x)",
    ),
    (
        "i = y = layers.Input((2,))\nif rate:\n    y = layers.Dropout(rate)(y)\nself.a = keras.Model(i, {'y': y.T})",
        "return self.a(x)",
    ),
    (
        "first = keras.Sequential([layers.Dropout(rate)])\nself.a = keras.Model(first.input, first.output)",
        "return self.a(x)",
    ),
    (
        "base = keras.applications.ResNet50()\n"
        "self.a = keras.Model(base.input, [base.get_layer(name).output for name in depth])",
        "return self.a(x)",
    ),
    (
        "self.base = keras.applications.Xception()\nself.a = keras.Model(self.base.input, self.base.layers[-2].output)",
        "return self.a(x)",
    ),
    (
        "self.a = self._make(keras.Input((2,)))",
        "return self.a(x)\n\n    def _make(self, i):\n        return keras.Model(i, layers.Dropout(0.5)(i))",
    ),
    ("self.a = layers.Dropout.from_config({'rate': rate})", "return self.a(x)"),
    ("self.a = Inner.from_config({})", "return self.a(x)"),
    ("self.a = layers.deserialize({'class_name': 'Dropout', 'config': {'rate': 0.5}})", "return self.a(x)"),
    ("self.a = [copy.deepcopy(Inner()) for _ in range(depth)]", "return self.a[0](x)"),
    ("self.a = {'dense': layers.Dense(2)} | {'drop': layers.Dropout(rate)}", "return self.a['drop'](x)"),
    ("self.a = [*[layers.Dense(2)], *(layers.Dropout(rate),)]", "return self.a[1](self.a[0](x))"),
    ("self.a, *self.b = layers.Dense(2), layers.Dropout(rate)", "return self.b[0](self.a(x))"),
    ("parts = [layers.Dropout(rate), layers.Dense(2)]\nself.b = parts.pop()\nself.a = parts.pop()", "return self.a(x)"),
    ("self.a = [layers.Dropout(rate)]", "return next(iter(self.a))(x)"),
    ("self.a = list(itertools.chain([layers.Dense(2)], [layers.Dropout(rate)]))", "return self.a[1](x)"),
    ("self.a = made_layer()", "return self.a(x)"),
    ("self.a = (rate.kind or layers.Dropout)(0.5)", "return self.a(x)"),
    ("self.a = rate.parts or [layers.Dropout(0.5)]", "return self.a[0](x)"),
    ("self.a = (rate.make or (lambda: layers.Dropout(0.5)))()", "return self.a(x)"),
    ("kind = depth and layers.BatchNormalization\nself.a = kind()", "return self.a(x)"),
    ("pass", "return self.a(x)\n\n    def build(self, shape):\n        self.a = layers.Dropout(0.5)"),
    ("pass", "return self.a(x)\n\n    a = layers.Dropout(0.5)"),
    ("self.a = self.Drops()", "return self.a(x)\n\n    class Drops(layers.Dropout):\n        pass"),
    ("pass", "return self.a(x)\n\n    @property\n    def a(self):\n        return layers.Dropout(0.5)"),
]


def block(init: str, call: str) -> str:
    """The example with a constructor and a `call`."""
    return CLASS.format(
        init=textwrap.indent(init, " " * 8), call=textwrap.indent(call, " " * 8, lambda line: "  " not in line[:4])
    )


@pytest.mark.parametrize(("init", "call"), HELD, ids=[f"{init} / {call}"[:90] for init, call in HELD])
def test_layer_is_found(init: str, call: str, reported: Reported) -> None:
    """The flag is not forwarded to the outermost call of `return`."""
    expression = call.partition("\n")[0].removeprefix("return ")
    assert reported(block(init, call)) == {expression}


SILENT = [
    ("self.a = layers.Dropout(0)", "return self.a(x)"),
    ("self.a = layers.Dense(8)", "return self.a(x)"),
    ("self.a = layers.LSTM(8)", "return self.a(x)"),
    ("self.a = layers.LSTM(8, dropout=0.0)", "return self.a(x)"),
    ("self.a = layers.MultiHeadAttention(2, 4)", "return self.a(x)"),
    ("self.a = layers.BatchNormalization(trainable=False)", "return self.a(x)"),
    ("self.a = layers.BatchNormalization()\nself.a.trainable = False", "return self.a(x)"),
    ("norm = layers.BatchNormalization()\nnorm.trainable = False\nself.a = norm", "return self.a(x)"),
    ("self.a = layers.BatchNormalization()\nif depth:\n    self.a.trainable = False", "return self.a(x)"),
    (
        "self.a = keras.Sequential([layers.Dense(2), layers.BatchNormalization()])\nself.a.trainable = False",
        "return self.a(x)",
    ),
    (
        "self.a = [layers.BatchNormalization() for _ in range(depth)]\nfor one in self.a:\n    one.trainable = False",
        "return self.a[0](x)",
    ),
    (
        "self.a = keras.Sequential([layers.BatchNormalization()])\n"
        "for one in self.a.layers[:-1]:\n    one.trainable = False",
        "return self.a(x)",
    ),
    ("self.a = keras.Sequential([layers.Dense(8), layers.LayerNormalization()])", "return self.a(x)"),
    ("self.a = layers.TimeDistributed(layers.Dense(8))", "return self.a(x)"),
    (
        "self.a = [layers.Dense(8) for _ in range(depth)]",
        "for one in self.a:\n            x = one(x)\n        return x",
    ),
    ("self.a = REGISTRY['norm']()", "return self.a(x)"),
    (
        "self.a = OrderedDict([('dense', layers.Dense(8)), ('drop', layers.Dropout(rate))])",
        "return self.a['dense'](x)",
    ),
    ("self.a = [layers.Dense(8), layers.Dropout(0.5)]", "return [one(x) for one in self.a[:-1]]"),
    ("self.a = [layers.Dense(8), layers.Dropout(0.5)] * depth", "return [one(x) for one in self.a[::2]]"),
    (
        "match 'layer':\n    case 'batch' | 'bn':\n        self.a = layers.BatchNormalization()\n"
        "    case 'layer':\n        self.a = layers.LayerNormalization()",
        "return self.a(x)",
    ),
    ("self.a = Plain()", "return self.a(x)"),
    ("self.a = (rate.kind or layers.Dense)(8)", "return self.a(x)"),
    (
        "i = keras.Input((2,))\nself.a = keras.Model(i, layers.Dense(8)(i))\n"
        "self.b = keras.Model(i, layers.Dropout(0.5)(i))",
        "return self.a(x)",
    ),
    (
        "i = keras.Input((2,))\n"
        "self.a = keras.Model(i, layers.BatchNormalization()(layers.Dropout(0.5)(i, training=True)))",
        "return self.a(x)",
    ),
    ("self.a = layers.Dropout.from_config({'rate': 0.0})", "return self.a(x)"),
    ("self.a, *self.b = layers.Dense(2), layers.Dropout(rate)", "return self.a(x)"),
    ("parts = [layers.Dropout(rate), layers.Dense(2)]\nself.b = parts.pop()\nself.a = parts.pop()", "return self.b(x)"),
    ("self.a = list(itertools.chain([layers.Dense(2)], [layers.Dropout(rate)]))", "return self.a[0](x)"),
    ("self.a = keras.activations.relu", "return self.a(x)"),
    ("self.a = keras.applications.VGG16()", "return self.a(x)"),
    (
        "base = keras.applications.VGG16()\nself.a = keras.Model(base.input, base.get_layer('block1_conv1').output)",
        "return self.a(x)",
    ),
    ("self.base = keras.applications.ResNet50()\nself.a = self.base.get_layer('conv1_conv')", "return self.a(x)"),
    ("self.a = keras.applications.UnknownNet()", "return self.a(x)"),
    ("self.a = unknown_factory(rate)", "return self.a(x)"),
    ("self.a = depth", "return self.a(x)"),
]


@pytest.mark.parametrize(("init", "call"), SILENT, ids=[init for init, _ in SILENT])
def test_layer_that_needs_no_flag_or_is_unknown_is_left_alone(init: str, call: str, reported: Reported) -> None:
    assert reported(block(init, call)) == set()


def test_work_lists_and_generators(reported: Reported) -> None:
    code = """
        from keras import layers

        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.first = [layers.Dense(2)]
                self.last = [layers.Dropout(0.5)]

            def parts(self):
                yield from self.first
                yield from self.last

            def call(self, x, training=None):
                for part in self.parts():
                    x = part(x)
                waiting = self.first + self.last
                while waiting:
                    x = waiting.pop(0)(x)
                return x
        """
    assert reported(code) == {"part(x)", "waiting.pop(0)(x)"}


REGISTERED = """
from keras import layers

BLOCKS = {{}}

{register}


{decorator}
class Drops(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)


class Block(layers.Layer):
    def __init__(self, name):
        super().__init__()
        self.inner = BLOCKS[name]()

    def call(self, x, training=None):
        return self.inner(x)


block = Block({name})
"""
BY_NAME = """
def register(name):
    def put(cls):
        BLOCKS[name] = cls
        return cls
    return put
"""
BY_CLASS = """
def register(cls):
    BLOCKS[cls.__name__] = cls
    return cls
"""


@pytest.mark.parametrize("name", ['"drops"', "None"])
@pytest.mark.parametrize("decorator", ['@register("drops")', '@register(name="drops")'])
def test_a_class_that_a_decorator_registers_by_name(decorator: str, name: str, reported: Reported) -> None:
    assert reported(REGISTERED.format(register=BY_NAME, decorator=decorator, name=name)) == {"self.inner(x)"}


def test_a_name_that_a_decorator_makes_is_told_apart_from_others(reported: Reported) -> None:
    register = BY_CLASS.replace("cls.__name__", "cls.__name__.lower()") + "\nBLOCKS['dense'] = layers.Dense\n"
    assert reported(REGISTERED.format(register=register, decorator="@register", name='"drops"')) == {"self.inner(x)"}
    assert reported(REGISTERED.format(register=register, decorator="@register", name='"dense"')) == set()


def test_a_class_that_a_decorator_registers(reported: Reported) -> None:
    assert reported(REGISTERED.format(register=BY_CLASS, decorator="@register", name='"Drops"')) == {"self.inner(x)"}


def test_inherited_attributes_and_mixins(reported: Reported) -> None:
    code = """
        import keras

        class Drops:
            def add_drop(self):
                self.drop = keras.layers.Dropout(0.5)

        class Base(keras.layers.Layer):
            def __init__(self):
                super().__init__()
                self.norm = keras.layers.BatchNormalization()

        class Child(Drops, Base):
            def __init__(self):
                super().__init__()
                self.add_drop()

            def call(self, x, training=None):
                return self.drop(self.norm(x))
        """
    assert reported(code) == {"self.drop(self.norm(x))", "self.norm(x)"}


def test_layers_given_to_the_constructor_where_it_is_seen(reported: Reported) -> None:
    code = """
        import keras
        from keras import layers

        class Residual(layers.Layer):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def call(self, x, training=None):
                return x + self.inner(x)

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.block = Residual(layers.Dropout(0.5))

            def call(self, x, training=None):
                return self.block(x, training=training)
        """
    assert reported(code) == {"self.inner(x)"}


NAMED = """
import keras
from keras import layers


def normalization(name):
    if isinstance(name, str):
        {spelled}
        if name in {{"bn", "batch_norm"}}:
            return layers.BatchNormalization()
        if name.startswith("group"):
            return layers.GroupNormalization()
        raise ValueError(name)
    return name


class Block(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__()
        arguments = getattr(self, "preset", {{}})
        arguments.update(kwargs)
        self.norm = normalization(**arguments.copy())

    def call(self, x, training=None):
        return self.norm(x)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block(name={name})

    def call(self, x, training=None):
        return self.block(x, training=training)
"""


@pytest.mark.parametrize(
    ("spelled", "name", "expected"),
    [
        ("name = name.lower()", '"BN"', {"self.norm(x)"}),
        ("name = name.strip().replace('-', '_').casefold()", '" Batch-Norm"', {"self.norm(x)"}),
        ("name = name.lower()", '"GROUP"', set()),
        ("name = name.lower()", '"Group_norm"', set()),
        ("name = name.lower()", "Net.norm", {"self.norm(x)"}),
    ],
)
def test_a_layer_that_is_chosen_by_its_name(spelled: str, name: str, expected: set[str], reported: Reported) -> None:
    """The last name is known to nobody, and may be any of them."""
    assert reported(NAMED.format(spelled=spelled, name=name)) == expected


def test_a_generic_base_is_its_class(reported: Reported) -> None:
    code = """
        from typing import Generic, TypeVar

        import keras

        T = TypeVar("T")

        class Base(keras.layers.Layer, Generic[T]):
            def __init__(self):
                super().__init__()
                self.drop = keras.layers.Dropout(0.5)

        class Child(Base[int]):
            def call(self, x, training=None):
                return self.drop(x)
        """
    assert reported(code) == {"self.drop(x)"}


HOLDER = """
import keras
from keras import layers


class Holder(keras.Model):
    def __init__(self, held):
        super().__init__()
        self.held = held

    def call(self, x, training=None):
        return self.held(x)


inputs = keras.Input((4,))
x = layers.Dense(8)(inputs)
"""


@pytest.mark.parametrize(
    "made",
    [
        "held = layers.Dropout(0.5)",
        "held = keras.Model(inputs, layers.Dropout(0.5)(x))",
        "x = layers.Dropout(0.5)(x)\nx = layers.Dense(1)(x)\nheld = keras.Model(inputs, x)",
        "held = keras.Sequential()\nfor rate in (0.1, 0.2):\n    held.add(layers.Dropout(rate))",
        "held = layers.Dense(1)\nheld = layers.Dropout(0.5)",
    ],
)
def test_what_the_statements_of_a_module_make_and_hand_over(made: str, reported: Reported) -> None:
    assert reported(f"{HOLDER}{made}\nmodel = Holder(held)\n") == {"self.held(x)"}


@pytest.mark.parametrize(
    "made",
    [
        "held = keras.Model(inputs, x)\nx = layers.Dropout(0.5)(x)\nwhole = keras.Model(inputs, x)",
        "held = layers.Dropout(0.5)\nheld = layers.Dense(1)",
    ],
)
def test_what_they_make_before_or_after_is_not_what_is_handed_over(made: str, reported: Reported) -> None:
    assert reported(f"{HOLDER}{made}\nmodel = Holder(held)\n") == set()


def test_a_method_that_is_chosen_by_the_type_of_its_argument(reported: Reported) -> None:
    code = """
        from functools import singledispatchmethod

        import keras

        class Block(keras.layers.Layer):
            def __init__(self, given):
                super().__init__()
                self.drop = self.made_of(given)

            @singledispatchmethod
            def made_of(self, given):
                raise TypeError(given)

            @made_of.register
            def _(self, given: float):
                return keras.layers.Dropout(given)

            @made_of.register
            def _(self, given: str):
                return keras.layers.Activation(given)

            def call(self, x, training=None):
                return self.drop(x)
        """
    assert reported(code) == {"self.drop(x)"}


GRAPH = """
import keras

inputs = keras.Input((8,))
hidden = keras.layers.LAYER(0.5)(inputs)
{outputs}
encoder = keras.Model(inputs, outputs)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = encoder

    def call(self, x, training=None):
        return self.encoder(x)
"""
OUTPUTS = [
    ("Dropout", "outputs = keras.layers.Dense(2)(hidden)", {"self.encoder(x)"}),
    ("GaussianNoise", "both = hidden + inputs\noutputs = keras.layers.Dense(2)(both)", {"self.encoder(x)"}),
    ("LeakyReLU", "outputs = keras.layers.Dense(2)(hidden)", set()),
    ("Dropout", "outputs = keras.layers.Dense(2)(inputs)", set()),
    ("Dropout", "hidden = keras.layers.Dense(2)(inputs)\noutputs = hidden", set()),  # It has the name twice: unknown.
]


@pytest.mark.parametrize(("layer", "outputs", "expected"), OUTPUTS)
def test_functional_models_of_the_module(layer: str, outputs: str, expected: set[str], reported: Reported) -> None:
    assert reported(GRAPH.replace("LAYER", layer).format(outputs=outputs)) == expected


def test_the_copy_of_a_dict_has_its_keys(reported: Reported) -> None:
    code = """
        import keras

        class Block(keras.layers.Layer):
            def __init__(self, units, rate):
                super().__init__()
                self.dense = keras.layers.Dense(units)
                self.drop = keras.layers.Dropout(rate)

            def call(self, x, training=None):
                return self.drop(self.dense(x), training=training)

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                small = {"units": 8, "rate": 0.0}
                self.quiet = Block(**small.copy())
                self.block = Block(**{**small, "rate": 0.5}.copy())

            def call(self, x, training=None):
                return self.block(self.quiet(x))
        """
    assert reported(code) == {"self.block(self.quiet(x))"}


@pytest.mark.parametrize(("rate", "drops"), [("0.0", set()), ("0.5", {"self.block(x)"})])
def test_rates_that_are_computed_from_zero_are_zero(reported: Reported, rate: str, drops: set[str]) -> None:
    code = f"""
        import keras
        from keras import ops

        class Block(keras.layers.Layer):
            def __init__(self, rate, depth):
                super().__init__()
                rates = [one for one in ops.linspace(0.0, rate, depth)]
                self.drop = keras.layers.Dropout(float(rate))
                self.path = keras.layers.Dropout(rates[1]) if rates[1] > 0.0 else keras.layers.Identity()

            def call(self, x, training=None):
                return self.path(self.drop(x, training=training), training=training)

        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.block = Block({rate}, 4)

            def call(self, x, training=None):
                return self.block(x)
        """
    assert reported(code) == drops


SEVERAL_OUTPUTS = """
import keras
from keras import layers


class Encoder(layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training), x


class Backbone(keras.Model):
    def __init__(self):
        inputs = keras.Input((8,))
{graph}
        super().__init__(inputs=inputs, outputs=x)


class Host(keras.Model):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone()

    def call(self, x, training=None):
        return self.backbone(x)
"""


@pytest.mark.parametrize(
    "graph",
    [
        "x, _ = Encoder()(inputs)\nx = layers.Dense(8)(x)",
        "for one in Encoder()(inputs):\n    x = layers.Dense(8)(one)",
        "x = {n: layers.Dense(8)(one) for n, one in zip('ab', keras.Model(inputs, Encoder()(inputs)).outputs)}",
    ],
)
def test_a_graph_goes_on_with_one_of_several_outputs(reported: Reported, graph: str) -> None:
    assert reported(SEVERAL_OUTPUTS.format(graph=textwrap.indent(graph, " " * 8))) == {"self.backbone(x)"}


def test_layers_before_others_that_are_unknown(reported: Reported) -> None:
    code = """
        import keras
        from keras import layers

        class Chain(layers.Layer):
            def __init__(self, width, *parts):
                super().__init__()
                self.dense = layers.Dense(width)
                self.parts = parts

            def call(self, x, training=None):
                for part in self.parts:
                    x = part(x)
                return self.dense(x)

        def make(first, others):
            return Chain(8, layers.Dropout(0.5), *others)
        """
    assert reported(code) == {"part(x)"}
    assert reported(code.replace("layers.Dropout(0.5)", "layers.LayerNormalization()")) == set()
    assert reported(code.replace("layers.Dropout(0.5), ", "")) == set()


ITERATED = {
    "another iterator": "        return iter(self.parts)\n",
    "a generator": "        for part in self.parts:\n            yield part\n",
    "yielded from": "        yield from self.parts\n",
}


@pytest.mark.parametrize("body", ITERATED.values(), ids=ITERATED)
@pytest.mark.parametrize("around", ["{}", "zip({}, x)", "enumerate({})", "reversed(list({}))"])
def test_an_object_of_the_project_that_is_iterated_over(body: str, around: str, reported: Reported) -> None:
    target = "(part, _)" if around.startswith("zip") else "(_, part)" if around.startswith("enum") else "part"
    module = f"""
import keras
from keras import layers


class Stack(layers.Layer):
    def __init__(self, *parts):
        super().__init__()
        self.parts = list(parts)

    def __iter__(self):
{body}

class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.quiet = Stack(layers.Dense(2), layers.LayerNormalization())
        self.stack = Stack(layers.Dense(2), layers.Dropout(0.5))

    def call(self, x, training=None):
        for {target} in {around.format("self.quiet")}:
            x = part(x)
        for {target} in {around.format("self.stack")}:
            x = (part)(x)
        return x
"""
    assert reported(module) == {"(part)(x)"}


def test_an_object_of_the_project_that_gives_its_items(reported: Reported) -> None:
    module = """
    import keras
    from keras import layers


    class Stack(list):
        def __init__(self, parts):
            self.parts = parts

        def __getitem__(self, index):
            return self.parts[index]

        def __iter__(self):
            return self


    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.stack = Stack([layers.Dense(2), layers.Dropout(0.5)])

        def call(self, x, training=None):
            for part in self.stack:
                x = part(x)
            return self.stack[1](self.stack[0](x))
    """
    assert reported(module) == {"self.stack[1](self.stack[0](x))"}
