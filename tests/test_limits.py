"""What is too much to be followed is said, for the part that it is, and the rest goes on; what need not be too much is
followed.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Projects
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.runs import session
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MODEL

CALL = "    def call(self, x, training=None):\n"
ALONE = Settings(follow_imports=False)
STEP = """
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
"""


def told(text: str) -> list[tuple[str, int, str]]:
    """The findings of a text: code, row, and what is said where something was not analysed."""
    found = engine.check(SourceText(text), ALONE, "model.py", with_fixes=False)
    return [(one.code, one.start.row, one.message if one.code == "KTP900" else "") for one in found]


def test_a_module_whose_statements_are_too_many() -> None:
    statements = "x = f(x)\n" * 8_001
    assert told(f"{MODEL}\n\nmodel = Model()\n{statements}y = model(x, training=True)\n") == [
        ("KTP900", 1, "the top level of the module not analysed: it takes more than 8,000 steps to follow"),
        ("KTP101", 9, ""),
    ]


def test_a_function_outside_of_layers_whose_statements_are_too_many() -> None:
    statements = "    x = f(x)\n" * 8_001
    short = f"\n\ndef quick(x):\n    model = Model()\n{STEP}"
    assert told(
        f"import tensorflow as tf\n{MODEL}{short}\n\ndef train(x):\n    model = Model()\n{statements}{STEP}"
    ) == [
        ("KTP101", 10, ""),
        ("KTP301", 18, ""),
        ("KTP900", 23, "`train` not analysed: it takes more than 8,000 steps to follow"),
    ]


def test_a_function_that_has_taken_too_many_steps_when_others_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_training_phase.analysis.entries.module_run.MOST_OF_ONE", 1_000)
    convert = "\n\ndef convert(m):\n" + "    x = m.f(x)\n" * 300 + "    return x\n"
    steps = "".join(
        f"\n\ndef train{number}(x):\n    model = Model()\n    x = convert(model)\n{STEP}" for number in range(4)
    )
    found = told(f"import tensorflow as tf\n{MODEL}{convert}{steps}")
    reason = "functions that it calls have taken more than 100,000 steps before"
    # The rest of the functions that call it is followed.
    assert [code for code, *_ in found].count("KTP301") == 4
    assert [message for code, _, message in found if code == "KTP900"] == [
        f"`train{number}` not analysed: {reason}" for number in (2, 3)
    ]


def test_a_function_that_makes_models_whose_statements_are_too_many() -> None:
    statements = "    x = f(x)\n" * 20_001
    assert told(f"{MODEL}\n\ndef build(x):\n{statements}    return Model()\n") == [
        ("KTP101", 9, ""),
        ("KTP900", 13, "`build` not analysed: it takes more than 20,000 steps to follow"),
    ]


def nested(number: int) -> str:
    """A layer that holds the one before it."""
    made = f"L{number - 1}()" if number else "keras.layers.Dropout(0.5)"
    return (
        f"\n\nclass L{number}(keras.layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.inner = {made}\n\n{CALL}        return self.inner(x)\n"
    )


def test_layers_that_hold_each_other_too_deep() -> None:
    # Those that come first are asked about first, and what they come to is known when the others are.
    inner_first = "".join(map(nested, range(30)))
    assert [code for code, _, _ in told(f"import keras\n{inner_first}")] == ["KTP202"] * 30
    outer_first = "".join(map(nested, reversed(range(30))))
    found = told(f"import keras\n{outer_first}")
    assert found[0] == (
        "KTP900",
        4,
        "`L29` not analysed: layers that hold each other more than 24 deep are not followed",
    )
    assert [code for code, _, _ in found].count("KTP202") == 30


def test_modules_that_lead_to_each_other_deeper_than_the_stack(tmp_path: Path) -> None:
    for number in range(200):
        imports = f"from m{number - 1} import L{number - 1}\n" if number else ""
        (tmp_path / f"m{number}.py").write_text(f"import keras\n{imports}{nested(number)}")
    outermost, settings = tmp_path / "m199.py", Settings()
    project = Projects().of(settings)
    found = engine.check(SourceText(outermost.read_text()), settings, str(outermost), project, with_fixes=False)
    assert [(one.code, one.start.row) for one in found] == [("KTP900", 5), ("KTP202", 11)]
    assert found[0].message.startswith("`L199` not analysed: layers that hold each other")


@pytest.mark.parametrize("depth", [5, 30])
def test_dropout_functions_are_found_however_deep_the_functions_call_each_other(depth: int) -> None:
    helpers = "".join(f"def f{number}(x):\n    return f{number + 1}(x)\n\n\n" for number in range(depth))
    helpers += f"def f{depth}(x):\n    return tf.nn.dropout(x, 0.5)\n\n\n"
    text = f"import tensorflow as tf\n{helpers}{HEAD}{CALL}        return f0(x)\n"
    assert ("KTP211", 3 + 4 * depth, "") in told(text)


def test_more_importers_than_are_run(tmp_path: Path) -> None:
    steps = tmp_path / "steps.py"
    steps.write_text(f"import tensorflow as tf\n\n\ndef step(model, x):{STEP}")
    for number in range(17):
        (tmp_path / f"use{number:02}.py").write_text("from steps import step\nfrom nets import net\n\nstep(net, 1)\n")
    found = engine.check(SourceText(steps.read_text()), Settings(), str(steps), with_fixes=False)
    said = "callers in other files not analysed: more than 16 modules import it"
    assert [one.message for one in found] == [said]


@pytest.mark.parametrize(("files", "is_said"), [(400, False), (401, True)])
def test_more_files_than_are_looked_through_for_importers(files: int, is_said: bool, tmp_path: Path) -> None:
    steps = tmp_path / "steps.py"
    steps.write_text(f"import tensorflow as tf\n\n\ndef step(model, x):{STEP}")
    for number in range(files - 1):
        (tmp_path / f"other{number:03}.py").write_text("x = 1\n")
    found = engine.check(SourceText(steps.read_text()), Settings(), str(steps), with_fixes=False)
    said = "callers in other files not analysed: more than 400 files are in a folder where they are looked for"
    assert [one.message for one in found] == [said] * is_said


@pytest.mark.parametrize(("kinds", "is_said"), [(8, False), (9, True)])
def test_more_objects_than_the_methods_of_a_class_are_run_on(kinds: int, is_said: bool) -> None:
    step = textwrap.indent(STEP.replace("model", "self.model"), "    ")
    trainer = (
        f"class Trainer:\n    def __init__(self, *flags):\n        self.model = Model()\n\n    def step(self, x):{step}"
    )
    made = "".join(f"Trainer({', '.join(str(bool(n >> bit & 1)) for bit in range(4))})\n" for n in range(kinds))
    text = f"import tensorflow as tf\n{FIXED_MODEL}\n\n{trainer}\n\n{made * 2}"
    found = engine.check(SourceText(text), ALONE, "model.py", with_fixes=False)
    said = "some objects of `Trainer` not analysed: more than 8 that differ are made"
    assert [one.message for one in found if one.code == "KTP900"] == [said] * is_said
    assert [one.code for one in found if one.code != "KTP900"] == ["KTP301"]


def test_a_package_in_packages_is_found_however_deep(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(20)]
    for depth in range(1, 21):
        folder = tmp_path.joinpath(*names[:depth])
        folder.mkdir()
        (folder / "__init__.py").touch()
    (tmp_path / "p0" / "net.py").write_text(FIXED_MODEL.replace("Model(", "Net("))
    path = tmp_path.joinpath(*names, "use.py")
    text = f"from p0.net import Net\n{FORGETFUL}".replace("keras.layers.Dropout(0.5)", "Net()")
    assert [one.code for one in engine.check(SourceText(text), Settings(), str(path))] == ["KTP202"]


CHAIN = "import keras\n" + "".join(map(nested, range(3))).replace(", training=None", "")


def test_fixes_that_make_others_possible_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_ROUNDS", 1)
    fixed = engine.fix(SourceText(CHAIN), ALONE, "model.py")
    said = "file not fixed to its end: each of 1 rounds of fixes has made others possible"
    assert [one.message for one in fixed.remaining if one.code == "KTP900"] == [said]
    silent = engine.fix(SourceText(f"# noqa: KTP900\n{CHAIN}"), ALONE, "model.py")
    assert [one.code for one in silent.remaining].count("KTP900") == 0


def test_fixes_in_other_files_that_make_others_possible_too_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = []
    for number in range(4):
        path = tmp_path / f"m{number}.py"
        imports = f"from m{number - 1} import L{number - 1}\n" if number else ""
        path.write_text(f"import keras\n{imports}{nested(number)}".replace(", training=None", ""))
        chosen.append((path, Settings()))
    chosen.reverse()
    monkeypatch.setattr(session, "MAX_ROUNDS", 1)
    results = session.results_of(chosen, Fixes.SAFE, Examiner())
    said = "file not fixed to its end: each of 1 rounds of fixes has made others possible"
    unfinished = [result.path.name for result in results if said in [one.message for one in result.findings]]
    assert unfinished == ["m3.py", "m2.py"]
