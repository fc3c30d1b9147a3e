"""What an editor shows over a place."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pytest_lsp")

from tests.helpers import FIXED_MODEL, MODEL, returning
from tests.server.client import editing
from tests.test_related import POISONED

pytestmark = pytest.mark.asyncio

IN_A_LAYER = """\
import keras


class Head(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=None):
        return self.drop(x, training=training)
"""


async def test_the_page_of_a_finding(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        shown = await editor.hover("model.py", 8, 10)
        assert shown.startswith("**KTP101 model-without-training**")
        assert "## What Keras does" in shown
        assert await editor.hover("model.py", 3, 2) == ""


async def test_the_modes_of_a_layer_call(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", POISONED)
        shown = await editor.hover("model.py", 11, 20)
    table, _, page = shown.partition("\n\n---\n\n")
    assert table == (
        "**`self.dropout`** (Dropout) in `FineTuned`\n"
        "\n"
        "| `FineTuned` is run by | Keras 2 | Keras 3 |\n"
        "| --- | --- | --- |\n"
        "| `fit()` | training mode | inference mode |\n"
        "| `model(x, training=True)` | training mode | inference mode |\n"
        "| `model(x, training=False)` | inference mode | inference mode |\n"
        "| `model(x)` | inference mode | inference mode |\n"
        "| `predict()` | inference mode | inference mode |"
    )
    assert page.startswith("**KTP201 leaked-training-flag**")


async def test_a_layer_is_run_inside_a_model(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", IN_A_LAYER)
        shown = await editor.hover("model.py", 9, 20)
    assert "| The model around it is run by | Keras 2 and 3 |" in shown
    assert "| `fit()` | training mode |" in shown


async def test_what_is_not_known_is_said_to_be_unknown(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", f"from elsewhere import flag\n{returning('self.drop(x, training=flag())')}")
        shown = await editor.hover("model.py", 10, 20)
    assert "| `fit()` | unknown |" in shown


async def test_releases_that_differ_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.training-phase]\nkeras-versions = "3"\n')
    text = POISONED.replace("training=False", "training=None")
    async with editing(tmp_path) as editor:
        editor.open("model.py", text)
        shown = await editor.hover("model.py", 11, 20)
    assert "| Keras 3.1 to 3.9 | Keras 3.10 to 3.15 |" in shown
    assert "| `fit()` | training mode | inference mode |" in shown


async def test_a_call_that_has_no_mode_says_nothing(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", FIXED_MODEL.replace("Dropout(0.5)", "Flatten()"))
        assert await editor.hover("model.py", 9, 20) == ""
