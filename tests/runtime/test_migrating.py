"""What `docs/migrating-keras-2-to-3.md` says comes out before and after each step comes out, under Keras 3."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.generate_docs import ROOT
from tests.runtime.conftest import installed

PAGE = (ROOT / "docs" / "migrating-keras-2-to-3.md").read_text(encoding="utf-8")

MORE_LAYERS = {
    7: "self.dense = keras.layers.Dense(64)",
    8: "self.flip = keras.layers.RandomFlip()",
    10: "self.legacy_dropout = tf_keras.layers.Dropout(0.5)",
}
"""What `__init__` makes beside the layers at the top of the page, by step: the text says so there."""

MORE_CODE = {7: "import tensorflow as tf", 8: "ONES = np.ones((64, 8, 8, 1), 'float32')", 10: "import tf_keras"}

SCRIPT = """
import json, sys
results = []
for code in json.load(sys.stdin):
    names = {}
    try:
        exec(code, names)
        results.append(str(names["result"]))
    except Exception as error:
        results.append(type(error).__name__)
print(json.dumps(results))
"""


@dataclass(frozen=True)
class Step:
    number: int
    before: str
    after: str
    """What the code gives, as the page says it."""
    programs: tuple[str, str]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def both_sides(diff: str) -> tuple[str, str]:
    """The code of a diff before and after the change."""
    lines = diff.splitlines()
    old, new = (["" if not line else line[1:] for line in lines if not line.startswith(left)] for left in "+-")
    return "\n".join(old), "\n".join(new)


def steps() -> list[Step]:
    """The changes whose results the page tells, for the backend that is TensorFlow."""
    definitions, classifier = blocks(PAGE, "python")[:2]
    result = r"modes\(Classifier\(\)\)  # before: ([^\n]*), after: ([^\n]*)"
    pattern = rf"^```diff\n((?:(?!^```).)*?)^```\n\n```python\n{result}\n```$"
    found = []
    for section in re.split(r"^## (?=\d+\. )", PAGE, flags=re.MULTILINE)[1:]:
        number = int(section.partition(".")[0])
        for diff, before, after in re.findall(pattern, section, re.MULTILINE | re.DOTALL):
            whole_class = f"{classifier}        {MORE_LAYERS.get(number, 'pass')}\n\n"
            start = f"{definitions}\n{MORE_CODE.get(number, '')}\n{whole_class}"
            old, new = (f"{start}{code}\n\nresult = modes(Classifier())\n" for code in both_sides(diff))
            found.append(Step(number, before, after, (old, new)))
    return found


STEPS = steps()


@pytest.fixture(scope="module")
def results() -> list[str]:
    """What each program gives, or the exception it raises: all of them in one process, which has Keras 3."""
    if not (installed("tensorflow") and installed("keras") and installed("tf_keras")):
        pytest.skip("needs TensorFlow, keras and tf_keras")
    programs = [program for step in STEPS for program in step.programs]
    return run(programs)


def run(programs: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(programs), capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_steps_are_found() -> None:
    assert [step.number for step in STEPS] == [2, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 13]
    assert all(step.before != step.after for step in STEPS)


@pytest.mark.parametrize("index", range(len(STEPS)), ids=[f"step_{step.number}" for step in STEPS])
def test_before_and_after(index: int, results: list[str]) -> None:
    step, (before, after) = STEPS[index], results[2 * index : 2 * index + 2]
    # "AttributeError in model(x) only": where it is raised stands in the text.
    assert before == step.before.partition(" in ")[0]
    assert after == step.after


def test_a_frozen_backbone(results: list[str]) -> None:
    [diff] = [one for one in blocks(PAGE, "diff") if "backbone.trainable" in one]
    [compared] = [one for one in blocks(PAGE, "python") if one.startswith("before = model")]
    definitions = blocks(PAGE, "python")[0]
    statements, _, last = compared.rstrip().rpartition("\n")
    codes = [re.sub(r"^    ", "", side, flags=re.MULTILINE) for side in both_sides(diff)]
    programs = [f"{definitions}\n{code}\n{statements}\nresult = {last}\n" for code in codes]
    assert run(programs) == ["False", "True"]


def test_the_flags_that_a_layer_receives(results: list[str]) -> None:
    definitions, classifier, recording = blocks(PAGE, "python")[:3]
    call = "    def call(self, x, training=None):\n        return self.dropout(x, training=training)\n"
    record = "model = Classifier()\nrecord_training_flag(model.dropout, seen := [])\nmodel.compile(loss='mse')\n"
    fit = "model.fit(ONES, ONES, verbose=0)\nfitted = set(seen)\nseen.clear()\nmodel.predict(ONES, verbose=0)\n"
    program = f"{definitions}\n{recording}\n{classifier}\n{call}\n{record}{fit}result = fitted, set(seen)\n"
    assert run([program]) == ["({True}, {False})"]


COMPILED_CALL = """
import numpy as np
import tensorflow as tf
import {keras} as keras


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(8)

    @tf.function
    def call(self, x, training=None):
        return self.dense(x)


model = Classifier()
model.compile(loss="mse")
model.fit(np.ones((8, 8)), np.ones((8, 8)), verbose=0)
result = "runs"
"""

BACKEND_DROPOUT = """
import numpy as np
import {keras} as keras

dropped = keras.backend.dropout(np.ones((64, 64), "float32"), 0.5)
result = "drops" if np.any(np.asarray(dropped) == 0) else "does not drop"
"""


@pytest.mark.parametrize(
    ("code", "keras_2", "keras_3"),
    [(COMPILED_CALL, "runs", "ValueError"), (BACKEND_DROPOUT, "drops", "AttributeError")],
    ids=["tf.function", "backend.dropout"],
)
def test_smaller_changes_that_raise(code: str, keras_2: str, keras_3: str, results: list[str]) -> None:
    assert run([code.replace("{keras}", name) for name in ("tf_keras", "keras")]) == [keras_2, keras_3]


def test_a_saved_model(results: list[str]) -> None:
    definitions = blocks(PAGE, "python")[0]
    [saved] = [one for one in blocks(PAGE, "python") if one.startswith("model.save(")]
    save, load = saved.replace('"model.keras"', "path").splitlines()
    made = "inputs = keras.Input((64,))\nmodel = keras.Model(inputs, keras.layers.Dropout(0.5)(inputs))"
    path = "import tempfile\npath = tempfile.mkdtemp() + '/model.keras'"
    program = f"{definitions}\n{made}\n{path}\n{save}\nresult = {load}\n"
    assert run([program]) == [load.rpartition("# ")[2]]
