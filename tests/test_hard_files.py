"""Files that are too much for some part of Python or of the tool: they are analysed, or reported as KTP900."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.parsing import AnalysisError
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MODEL, returning, run

DEEP = 100_000

NESTED = {
    "sum_of_3000": returning(f"self.drop({' + '.join(['x'] * 3000)})"),
    "sum_of_3000_around": returning(f"{'x + ' * 3000}self.drop(x)"),
    "sum": returning("+".join(["self.drop(x)"] * DEEP)),
    "product_of_calls": returning("*".join(["self.drop(x)"] * 3000)),
    "conditions": returning(f"{'x and ' * 3000}self.drop(x)"),
    "parentheses": returning("(" * DEEP + "self.drop(x)" + ")" * DEEP),
    "brackets": MODEL + "y = " + "[" * DEEP + "]" * DEEP + "\n",
    "calls": returning("self.drop(" * 40 + "x" + ")" * 40),
    "attributes": returning("self.drop(x)" + ".a" * DEEP),
    "methods": returning("self.drop(x)" + ".a()" * 2000),
    "negations": returning("not " * DEEP + "self.drop(x)"),
    "lambdas": returning("lambda: " * DEEP + "self.drop(x)"),
    "choices": returning("x if training else " * DEEP + "self.drop(x)"),
    "else_ifs": f"{HEAD}    def call(self, x):\n        if x:\n            pass\n"
    + "        elif x:\n            x = self.drop(x)\n" * 3000,
    "loops": f"{HEAD}    def call(self, x):\n"
    + "".join(f"{' ' * (8 + depth)}for _ in x:\n" for depth in range(60))
    + f"{' ' * 68}x = self.drop(x)\n        return x\n",
    "helpers": f"{HEAD}    def call(self, x):\n        return self.f0(x)\n"
    + "".join(f"    def f{n}(self, x):\n        return self.f{n + 1}(x) + self.f{n + 1}(x)\n" for n in range(60)),
    "bases": f"{MODEL}class C0(Model):\n    pass\n"
    + "".join(f"class C{n}(C{n - 1}):\n    pass\n" for n in range(1, 250)),
    "functions": "import keras\n" + "".join(f"{' ' * n}def f():\n" for n in range(90)) + " " * 90 + "pass\n" + MODEL,
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_deeply_nested(text: str, tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text(text)
    (tmp_path / "model.py").write_text(MODEL)
    done = run("flake8_training_phase", "--isolated", "--no-cache", "--unsafe-fixes", ".", cwd=tmp_path)
    assert (done.code in (0, 1), done.err) == (True, "")
    assert done.out.count("KTP900") <= 1
    assert "internal error" not in done.out
    assert (tmp_path / "model.py").read_text() == FIXED_MODEL


def test_many_statements_take_time_in_proportion(tmp_path: Path) -> None:
    # Not timed: what took the square of their number would run into the time limit of any test run.
    method = f"{HEAD}    def call(self, x, training=None):\n"
    call = "        x = self.drop(x)\n"
    ways = f"        if x > 1:\n    {call}        else:\n            x = self.drop(x, training=False)\n"
    (tmp_path / "many.py").write_text(f"{method}{call * 1500}        return x\n")
    (tmp_path / "ways.py").write_text(f"{method}{ways * 80}        return x\n")
    done = run("flake8_training_phase", "--isolated", "--no-cache", "--check", ".", cwd=tmp_path)
    assert done.lines[-1] == "2 files checked, 1580 findings (1580 with a safe fix)"


def test_more_than_ten_megabytes(tmp_path: Path) -> None:
    data = "DATA = (\n" + ("    '" + "0" * 1000 + "',\n") * 10_500 + ")\n"
    assert len(data) > 10_000_000
    (tmp_path / "model.py").write_text(data + FORGETFUL)
    (tmp_path / "data.py").write_text(data)
    done = run("flake8_training_phase", "--isolated", "--no-cache", ".", cwd=tmp_path)
    assert done.lines == ["2 files checked, 1 finding fixed, 0 left"]
    assert (tmp_path / "model.py").read_text() == data + FIXED_MODEL


@pytest.mark.parametrize("collects", [True, False])
def test_the_garbage_collector_is_left_as_it_was(collects: bool) -> None:
    was = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        assert engine.check(SourceText(MODEL), Settings(), "model.py")
        with pytest.raises(AnalysisError):
            engine.check(SourceText(MODEL + "def"), Settings(), "model.py")
        assert gc.isenabled() is collects
    finally:
        (gc.enable if was else gc.disable)()
