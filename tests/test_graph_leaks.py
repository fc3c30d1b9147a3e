"""When a module is run whole for the graphs that it makes: that costs more than all other rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.rules.forwarding import graph_leaks
from flake8_training_phase.sources.text import SourceText

MODULE = """\
import keras


class RandomPolicy:
    pass


class RandomShift(keras.layers.Layer):
    def call(self, x):
        return x


class Net(keras.Model):
    def call(self, x):
        return x


made = {made}
model = keras.Sequential([])
"""


@pytest.mark.parametrize(
    ("made", "is_run"),
    [
        ("keras.layers.RandomFlip()", True),
        ("keras.layers.Resizing(4, 4)", True),
        ("RandomShift()", True),
        ("elsewhere.RandomShift()", True),
        ("Net()(x, training=True)", True),
        ("RandomPolicy()", False),
        ("keras.initializers.RandomNormal()", False),
    ],
)
def test_it_is_run_where_a_layer_may_have_the_default(monkeypatch: pytest.MonkeyPatch, made: str, is_run: bool) -> None:
    seen: list[object] = []

    class Run:
        def seen_graphs(self) -> Iterator[object]:
            return iter(())

    def noted(module: object) -> Run:
        seen.append(module)
        return Run()

    monkeypatch.setattr(graph_leaks, "graph_run", noted)
    engine.check(SourceText(MODULE.format(made=made)), Settings(), str(Path("net.py")))
    assert bool(seen) is is_run
