"""Work grows as the code does: counted in calls of Python functions, never in seconds."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from unittest import mock

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.domain.scopes import Scope
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MODEL

CALL = "    def call(self, x, training=None):\n"


def nested_loops(size: int) -> str:
    loops = "".join(
        f"{' ' * (8 + 2 * depth)}for _ in x:\n{' ' * (10 + 2 * depth)}x = self.drop(x, training={depth % 2 == 0})\n"
        for depth in range(size)
    )
    return f"{HEAD}{CALL}{loops}        return self.drop(x)\n"


def nested_loops_with_choices(size: int) -> str:
    loops = "".join(
        f"{' ' * (8 + 2 * depth)}for _ in x:\n{' ' * (9 + 2 * depth)}if x:\n"
        f"{' ' * (10 + 2 * depth)}x = self.drop(x, training=False)\n{' ' * (9 + 2 * depth)}else:\n"
        f"{' ' * (10 + 2 * depth)}x = x + 1\n"
        for depth in range(size)
    )
    return f"{HEAD}{CALL}{loops}        return self.drop(x)\n"


def backends_in_a_chain(size: int) -> str:
    others = "".join(f"elif KIND == {number}:\n    from b{number} import layers\n" for number in range(size))
    return (
        f"import os\n\nKIND = len(os.environ)\nif KIND > {size}:\n    from keras import layers\n{others}\n{FORGETFUL}"
    )


def attributes_with_two_values(size: int) -> str:
    chosen = "".join(
        f"        if {number} in given:\n            self.d{number} = keras.layers.Dropout(0.5)\n"
        f"        else:\n            self.d{number} = keras.layers.Dense(3)\n"
        for number in range(size)
    )
    calls = "".join(f"        x = self.d{number}(x)\n" for number in range(size))
    constructor = "    def __init__(self, given):\n        super().__init__()\n"
    return f"import keras\n\n\nclass Model(keras.Model):\n{constructor}{chosen}\n{CALL}{calls}        return x\n"


def an_attribute_of_many_values(size: int) -> str:
    chosen = "".join(
        f"        if given == {number}:\n            self.d = keras.layers.Dropout(0.{number + 1})\n"
        for number in range(size)
    )
    constructor = "    def __init__(self, given):\n        super().__init__()\n"
    calls = "        x = self.d(x)\n" * size
    return f"import keras\n\n\nclass Model(keras.Model):\n{constructor}{chosen}\n{CALL}{calls}        return x\n"


def bare_subclasses(size: int) -> str:
    classes = (f"\n\nclass C{n}({f'C{n - 1}' if n else 'Model'}):\n    pass\n" for n in range(size))
    return MODEL + "".join(classes)


def layers_that_hold_each_other(size: int) -> str:
    held = "".join(f"        self.o{number} = L{number}()\n" for number in range(size))
    flags = ("True", "False", "None", "training")
    calls = "".join(f"        x = self.o{number}(x, training={flags[number % 4]})\n" for number in range(size))
    constructor = "    def __init__(self):\n        super().__init__()\n        self.drop = keras.layers.Dropout(0.5)\n"
    body = f"{constructor}{held}\n{CALL}        x = self.drop(x)\n{calls}        return x\n"
    return "import keras\n" + "".join(f"\n\nclass L{number}(keras.layers.Layer):\n{body}" for number in range(size))


def models_with_helpers(size: int) -> str:
    models = (
        FORGETFUL.removeprefix("import keras\n")
        .replace("Model(", f"M{number}(")
        .replace("self.drop(x)", f"self.h{number}(x)")
        + f"\n    def h{number}(self, x):\n        return self.drop(x)\n"
        for number in range(size)
    )
    return "import keras\n" + "".join(models)


def dicts_in_themselves(size: int) -> str:
    """Each statement puts all that the dict holds into it once more."""
    renamed = "".join(f'        config["new{number}"] = [config, config[name]]\n' for number in range(size))
    head = HEAD.replace("(self):", "(self, name):").rstrip("\n")
    return f'{head}\n        config = {{"rate": 0.5}}\n{renamed}\n{CALL}        return self.drop(x)\n'


def switches_of_the_phase(size: int) -> str:
    functions = (
        f"\n\ndef f{number}(x):\n    return K.in_train_phase(x, x + 1, training=K.learning_phase())\n"
        for number in range(size)
    )
    return "from keras import backend as K\n" + "".join(functions)


STEP = """\
    with tf.GradientTape() as tape:
        loss = loss_of(model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
"""


def tapes_in_one_function(size: int) -> str:
    return f"import tensorflow as tf\n\n\ndef train(model, optimizer, x):\n{STEP * size}"


def training_steps_of_a_class(size: int) -> str:
    steps = "".join(
        f"    def step{number}(self, optimizer, x):\n{textwrap.indent(STEP.replace('model', 'self.model'), '    ')}"
        for number in range(size)
    )
    trainer = f"class Trainer:\n    def __init__(self):\n        self.model = Model()\n\n{steps}"
    return f"import tensorflow as tf\n{FIXED_MODEL}\n\n{trainer}"


def training_steps_of_one_helper(size: int) -> str:
    steps = "".join(
        f"\n\ndef step{number}(optimizer, x):\n{STEP.replace('model(x)', 'forward(x)')}" for number in range(size)
    )
    return (
        f"import tensorflow as tf\n{FIXED_MODEL}\n\nmodel = Model()\n\n\ndef forward(x):\n    return model(x)\n{steps}"
    )


def sequentials_in_sequentials(size: int) -> str:
    models = f"{'keras.Sequential([keras.layers.Dense(4), ' * size}keras.layers.Dropout(0.5){'])' * size}"
    return HEAD.replace("keras.layers.Dropout(0.5)", models) + f"{CALL}        return self.drop(x)\n"


def sequentials_held_twice(size: int) -> str:
    models = "".join(f"m{n} = keras.Sequential([m{n - 1}, m{n - 1}])\n" for n in range(1, size))
    model = HEAD.replace("keras.layers.Dropout(0.5)", f"m{size - 1}")
    return f"import keras\n\nm0 = keras.layers.Dropout(0.5)\n{models}{model}{CALL}        return self.drop(x)\n"


PARTS_THAT_KNOW_EACH_OTHER = """
class Part:
    def __init__(self, size, before):
        self.before = before

    def add(self):
        self.after = Part(self.size, self)

    def freeze(self):
        assert not self.frozen and (self.is_first or self.before.frozen)
        self.frozen = True
        if not self.is_last:
            self.after.freeze()


first = Part(3, None)
assert first.start == 0
"""


def steps(text: str) -> int:
    """How many calls of Python functions a check of a text takes."""
    count = 0

    def on_event(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(on_event)
    try:
        engine.check(SourceText(text), Settings(follow_imports=False), "model.py", with_fixes=False)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("text", "size", "factor"),
    [
        # A loop begins with what any of the loops around it leaves behind: the square, of a depth that Python limits.
        (nested_loops, 4, 16),
        (nested_loops_with_choices, 4, 16),
        (backends_in_a_chain, 40, 6),
        (attributes_with_two_values, 40, 6),
        (an_attribute_of_many_values, 40, 6),
        (bare_subclasses, 40, 6),
        (models_with_helpers, 10, 6),
        (switches_of_the_phase, 10, 6),
        (dicts_in_themselves, 4, 6),
        (sequentials_in_sequentials, 5, 6),
        (sequentials_held_twice, 10, 6),
        (tapes_in_one_function, 10, 6),
        (training_steps_of_a_class, 10, 6),
        (training_steps_of_one_helper, 10, 6),
        # Four times the classes are sixteen times the text here; each may be asked about while any other is.
        (layers_that_hold_each_other, 3, 24),
    ],
)
def test_four_times_the_code_takes_a_few_times_the_steps(text: Callable[[int], str], size: int, factor: int) -> None:
    # Loads what is loaded once.
    engine.check(SourceText(MODEL), Settings(follow_imports=False), "model.py", with_fixes=False)
    assert steps(text(4 * size)) < factor * steps(text(size))


def test_objects_that_know_the_one_before_and_the_one_behind_them_come_to_an_end() -> None:
    # Each part is a kind of its own, and what it is hangs on both others: that took 2^n rounds for n kinds.
    counted = []
    for kinds in (8, 16):
        with mock.patch("flake8_training_phase.analysis.program.MAX_KINDS", kinds):
            counted.append(steps(MODEL + PARTS_THAT_KNOW_EACH_OTHER))
    assert counted[1] < 4 * counted[0]


def test_a_call_of_too_many_statements_is_said() -> None:
    body = "        x = self.drop(x)\n" * 10_001
    text = f"{HEAD}{CALL}{body}        return x\n\n\n" + MODEL.replace("Model(", "Other(")
    found = engine.check(SourceText(text), Settings(follow_imports=False), "model.py", with_fixes=False)
    said = "`Model.call` not analysed: it takes more than 20,000 steps to follow"
    assert [(one.code, one.message) for one in found if one.code == "KTP900"] == [("KTP900", said)]
    assert [one.code for one in found] == ["KTP900", "KTP101"]


@pytest.mark.parametrize(("depth", "is_said"), [(12, False), (13, True)])
def test_helpers_that_call_each_other_too_deep_are_said(depth: int, is_said: bool) -> None:
    helpers = "".join(f"    def h{n}(self, x):\n        return self.h{n + 1}(x)\n\n" for n in range(1, depth))
    helpers += f"    def h{depth}(self, x):\n        return self.drop(x)\n\n"
    text = f"{HEAD}{CALL}        return self.h1(x)\n\n{helpers}"
    found = engine.check(SourceText(text), Settings(follow_imports=False), "model.py", with_fixes=False)
    said = "`Model.call` not analysed: functions that call each other more than 12 deep are not followed"
    assert [one.message for one in found if one.code == "KTP900"] == [said] * is_said


def test_too_many_kinds_of_objects_are_said() -> None:
    layer = MODEL.replace("class Model(keras.Model)", "class Block(keras.layers.Layer)")
    layer = layer.replace("def __init__(self)", "def __init__(self, *flags)")
    made = "".join(f"Block({', '.join(str(bool(n >> bit & 1)) for bit in range(7))})\n" for n in range(65))
    found = engine.check(SourceText(layer + made), Settings(follow_imports=False), "model.py", with_fixes=False)
    said = "some objects of `Block` not analysed: more than 64 that differ are made"
    assert [one.message for one in found if one.code == "KTP900"] == [said]


@pytest.mark.parametrize("size", [4, 8])
def test_star_imports_of_all_modules_in_all_are_searched_once(size: int, tmp_path: Path) -> None:
    for number in range(size):
        stars = "".join(f"from m{other} import *\n" for other in range(size) if other != number)
        (tmp_path / f"m{number}.py").write_text(f"{stars}x{number} = 1\n")
    model = MODEL.replace("keras.layers.Dropout(0.5)", "Unknown()")
    text = f"from m0 import *\n{model}"
    with mock.patch.object(Scope, "_star_module", autospec=True, side_effect=Scope._star_module) as asked:
        engine.check(SourceText(text), Settings(), str(tmp_path / "model.py"))
    edges = size * (size - 1) + 1  # The model's own among them.
    assert edges <= asked.call_count <= 2 * edges
