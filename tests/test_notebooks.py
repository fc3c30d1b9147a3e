"""Notebooks: what is read of them, what is reported, and that fixes change nothing but the lines they mean."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.cache import Cache
from flake8_training_phase.runs.memory import Memory
from flake8_training_phase.sources.document import DisplayPosition
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.notebooks import Notebook
from tests.helpers import FIXED_MODEL, MODEL, Result

Fix = Callable[..., Result]

CLEAN, FOUND = 0, 1
IMPORT, CLASS = MODEL.rstrip().split("\n\n\n")
FIXED_CLASS = FIXED_MODEL.rstrip().split("\n\n\n")[1]


def code(text: str | list[str], **more: object) -> dict[str, Any]:
    """A code cell, whose source is in lines unless it is given as a list or told to be `as_string`."""
    source = text if isinstance(text, list) or more.pop("as_string", False) else text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def notebook(*cells: dict[str, Any], **metadata: object) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(content: object) -> bytes:
    """A notebook as Jupyter writes it."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def opened(*cells: dict[str, Any], **metadata: object) -> Notebook:
    document = open_document("a.ipynb", written(notebook(*cells, **metadata)))
    assert isinstance(document, Notebook)
    return document


def code_seen(*texts: str, **metadata: object) -> str:
    """The module that is made of cells, without what is hidden and the lines between cells."""
    lines = opened(*map(code, texts), **metadata).source.text.splitlines()
    return "\n".join(line.partition("#:hidden:")[0].rstrip() for line in lines if not line.startswith("#:hidden:cell"))


# What is reported

REPORT = """\
a.ipynb:cell 3:6:5: KTP101 [*] `Model.call` takes no `training`, \
so `fit()` runs `self.drop` (Dropout, line 7 of cell 3) in inference mode in Keras 3. Add `training=None`
    6 |     def call(self, x):
      |     ^^^^^^^^^^^^^^^^
    7 |         return self.drop(x)
      |                ------------ this layer is called without `training`
      = fix: Add `training=None` to `call` and pass it on
1 file checked, 1 finding (1 with a safe fix)
"""

DIFF = """\
--- a/a.ipynb:cell 3
+++ b/a.ipynb:cell 3
@@ -3,5 +3,5 @@
         super().__init__()
         self.drop = keras.layers.Dropout(0.5)
{blank}
-    def call(self, x):
-        return self.drop(x)
+    def call(self, x, training=None):
+        return self.drop(x, training=training)
""".format(blank=" ")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "a.ipynb"
    path.write_bytes(written(notebook(markdown("# A model"), code(IMPORT), code(CLASS), code("Model();"))))
    return path


def test_check_names_cell_and_line(model: Path, fix: Fix) -> None:
    before = model.read_bytes()
    assert fix("--check", ".") == Result(FOUND, REPORT, "")
    assert model.read_bytes() == before


def test_diff_shows_cells_on_a_terminal(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    shown = fix("--diff", "--color", "never", ".")
    assert shown == Result(FOUND, DIFF, "1 file checked, 1 finding would be fixed, 0 left\n")


def test_diff_of_a_notebook_can_be_applied(model: Path, fix: Fix) -> None:
    diff = fix("--diff", ".").out
    assert [line for line in diff.splitlines() if line[0] in "+-"] == [
        "--- a/a.ipynb",
        "+++ b/a.ipynb",
        r'-    "    def call(self, x):\n",',
        '-    "        return self.drop(x)"',
        r'+    "    def call(self, x, training=None):\n",',
        '+    "        return self.drop(x, training=training)"',
    ]
    before = model.read_bytes()
    assert fix(".").code == CLEAN
    fixed = model.read_bytes()
    model.write_bytes(before)
    subprocess.run(["git", "apply"], input=diff.encode(), cwd=model.parent, check=True, capture_output=True)
    assert model.read_bytes() == fixed


def test_fix_in_place(model: Path, fix: Fix) -> None:
    assert fix("a.ipynb") == Result(CLEAN, "1 file checked, 1 finding fixed, 0 left\n", "")
    expected = notebook(markdown("# A model"), code(IMPORT), code(FIXED_CLASS), code("Model();"))
    assert model.read_bytes() == written(expected)


def test_standard_input(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    fix("-", "--stdin-filename", "b.ipynb", stdin=model.read_bytes())
    cells = notebook(markdown("# A model"), code(IMPORT), code(FIXED_CLASS), code("Model();"))
    assert out.getvalue() == written(cells)


def test_noqa_holds_for_its_line(model: Path, fix: Fix) -> None:
    model.write_bytes(model.read_bytes().replace(b"def call(self, x):", b"def call(self, x):  # noqa: KTP101"))
    assert fix("--check", ".").code == CLEAN


def test_flake8_noqa_in_one_cell_holds_for_the_notebook(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code("# flake8: noqa"), code(MODEL))))
    assert fix("--check", ".").code == CLEAN


def test_flake8_noqa_in_a_cell_of_another_language_means_nothing(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code("%%bash\n# flake8: noqa"), code(MODEL))))
    assert fix("--check", ".").code == FOUND


# Byte for byte

AWKWARD = notebook(
    markdown('Zürich \\ "π" 🎉 \x0b \u2028 / '),
    code("", id="empty"),
    code("print('ä', '🎉')  # \\/ \x7f", outputs=[{"text": "1e400", "data": [1.0, 1e22, -0.0, None]}], id="ä"),
    code("%matplotlib inline\n!pip install \\\n  keras\n\nimport keras\nkeras?\n"),
    code(f"def outer():\n    %time\n    x = !ls\n    '''\n%no magic\n'''\n\n\n{CLASS}  # ü 🎉\t\"\\\"\n\n\n"),
    code(CLASS.replace("class Model", "class Other"), as_string=True),
    code(
        ["class Third(keras.Model):\n    d = keras.layers", ".Dropout(0.5)\n", "    def call(self, x):\n        pass"]
    ),
    code("%%html\n<b>def call</b>"),
    code("this is no Python\r!ls\r\n"),
    zz={"b": 1, "a": 2},
)


def fixed_content(content: dict[str, Any]) -> dict[str, Any]:
    """A notebook with the fixes of its classes made in its data."""

    def fixed(line: str) -> str:
        return line.replace("call(self, x):", "call(self, x, training=None):").replace("(x)", "(x, training=training)")

    def source(cell: dict[str, Any]) -> object:
        text = cell["source"]
        if "class Third" in "".join(text) or cell["cell_type"] != "code":
            return text
        return fixed(text) if isinstance(text, str) else [fixed(line) for line in text]

    return {**content, "cells": [{**cell, "source": source(cell)} for cell in content["cells"]]}


STYLES: dict[str, Callable[[object], bytes]] = {
    "Jupyter": written,
    "one line": lambda content: json.dumps(content).encode(),
    "tight": lambda content: json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(),
    "tabs, sorted": lambda content: json.dumps(content, indent="\t", sort_keys=True).encode() + b"\n\n",
    "CRLF, BOM": lambda content: b"\xef\xbb\xbf" + written(content).replace(b"\n", b"\r\n"),
    "spaces everywhere": lambda content: json.dumps(content, indent=3, separators=(" ,", "  :  ")).encode(),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_only_the_lines_of_the_fix_change(style: Callable[[object], bytes], fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(style(AWKWARD))
    assert open_document("a.ipynb", path.read_bytes()).to_bytes() == path.read_bytes()
    assert "2 findings fixed" in fix("a.ipynb").out
    assert path.read_bytes() == style(fixed_content(AWKWARD))


def test_escapes_and_spaces_that_need_not_be_stay(fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    escapes = rb"  # \/ \u00e4\ud83c\udf89\u0041"
    text = written(notebook(code(MODEL.rstrip())))
    text = text.replace(rb"__init__(self):\n\",", b"__init__(self):" + escapes + rb"\n\"  ,\n\n")
    text = text.replace(b"self.drop(x)", b"self.drop(x)" + escapes)
    path.write_bytes(text)
    assert "1 finding fixed" in fix("a.ipynb").out
    text = text.replace(b"call(self, x)", b"call(self, x, training=None)")
    assert path.read_bytes() == text.replace(b"drop(x)", b"drop(x, training=training)")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_new_text_is_written_as_the_file_writes_text(
    style: Callable[[object], bytes], fix: Fix, tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    head = "from keras import backend as K\n\n\ndef f(ä, b, training):\n    return "
    path.write_bytes(style(notebook(code(f"{head}K.in_train_phase(ä, b, training=training)\nK"))))
    assert "1 finding fixed" in fix("--unsafe-fixes", "a.ipynb").out
    assert path.read_bytes() == style(notebook(code(f"{head}ä if training else b\nK")))


def test_a_fix_that_takes_lines(fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    text = "from keras.backend import learning_phase\nimport keras\n%time\nx = 1"
    for cell in (code(text), code(text, as_string=True)):
        path.write_bytes(written(notebook(code("import os"), cell, code("y = 2"))))
        assert "1 finding fixed" in fix("a.ipynb").out
        after = "import keras\n%time\nx = 1"
        left = after if isinstance(cell["source"], str) else after.splitlines(keepends=True)
        assert path.read_bytes() == written(notebook(code("import os"), {**cell, "source": left}, code("y = 2")))


def test_magics_in_a_block_that_a_fix_moves(fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    before = "from keras import backend as K\nwith K.learning_phase_scope(0):\n    !ls \\\n      -l\n    y = 1\n"
    path.write_bytes(written(notebook(code(before))))
    fix("--unsafe-fixes", "a.ipynb")
    after = "".join(json.loads(path.read_bytes())["cells"][0]["source"])
    assert after == "from keras import backend as K\n!ls \\\n      -l\ny = 1\n"


# What is Python


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("x = 1\n!pip install -q \\\n    keras\ny = 2", "x = 1\npass\n\ny = 2"),
        ("files = !ls\nhere = %pwd\na, b = !echo", "pass\npass\npass"),
        ("model?\nmodel.fit??\n?model", "pass\npass\npass"),
        ("if x:\n    !ls\nelse:\n\t%time f()", "if x:\n    pass\nelse:\n\tpass"),
        ("x = (a\n  % b)\n%time", "x = (a\n  % b)\npass"),
        ("x = a \\\n  % b\n!ls", "x = a \\\n  % b\npass"),
        ("x = '''\n!ls\n%time\n'''\n!ls", "x = '''\n!ls\n%time\n'''\npass"),
        ('x = f"{a}?"  # why?\nx != y\nx = "\\""\n!echo don\'t', 'x = f"{a}?"  # why?\nx != y\nx = "\\""\npass'),
        ("x = 1 # it's\n!ls\ny = [  # (\n 1]\n!ls", "x = 1 # it's\npass\ny = [  # (\n 1]\npass"),
        ("pip install keras\nx = 1\nls -l", "pass\nx = 1\npass"),
        ("ls = 3\nls -1", "ls = 3\nls -1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("# why\n\n%%capture out\n%%timeit\n!ls\nx = 1", "# why\n\n\n\npass\nx = 1"),
        ("%%tab tensorflow\nx = 1", "\nx = 1"),
        ("%%tab mxnet, tensorflow\nx = 1", "\nx = 1"),
        ("%%tab all\n%%time\nx = 1", "\n\nx = 1"),
        ("%%tab pytorch\nx = 1", "\n"),
        ("%%memit -r 3\nx = 1", "\nx = 1"),
        ("%%bash\nls\nx = 1", "\n\n"),
        ("%%writefile model.py\nimport keras", "\n"),
        ("await f()\nasync for x in y:\n    async with z:\n        yield", None),
        ("Model();", None),
        ("x = 1\r\n!ls\r\ny = 2", "x = 1\npass\ny = 2"),
        ("  x = 1\n  !ls\n  y = 2", "if True:\n  x = 1\n  pass\n  y = 2"),
    ],
)
def test_magics_are_hidden_where_they_stand(cell: str, seen: str | None) -> None:
    assert code_seen(cell) == (cell if seen is None else seen)
    document = opened(code(cell))
    assert not document.unread
    assert [part.text for part in document.parts] == [cell]


@pytest.mark.parametrize(
    ("metadata", "is_read"),
    [
        ({}, True),
        ({"kernelspec": {"language": "python"}}, True),
        ({"language_info": {"name": "Python"}, "kernelspec": {"name": "tf2"}}, True),
        ({"kernelspec": {"name": "pysparkkernel", "language": ""}, "language_info": {"name": "pyspark"}}, True),
        ({"kernelspec": {"language": "R"}}, False),
        ({"language_info": {"name": "julia"}}, False),
        ({"language_info": 3, "kernelspec": []}, True),
    ],
)
def test_only_python_is_read(metadata: dict[str, object], is_read: bool) -> None:
    assert code_seen("x = 1", **metadata) == ("x = 1" if is_read else "")


def test_a_cell_may_have_a_language_of_its_own() -> None:
    cell = code("x = 1", metadata={"vscode": {"languageId": "sql"}})
    assert opened(cell, code("y = 2")).source.text.count("=") == 1


def test_text_that_looks_hidden_is_given_back(fix: Fix, tmp_path: Path) -> None:
    text = f"#:hidden: x\n#:hidden::cell 1\n!ls\n{MODEL}"
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code(text), code("#:hidden:"))))
    fix("a.ipynb")
    after = f"#:hidden: x\n#:hidden::cell 1\n!ls\n{FIXED_MODEL}"
    assert (tmp_path / "a.ipynb").read_bytes() == written(notebook(code(after), code("#:hidden:")))


def test_places() -> None:
    document = opened(markdown("x"), code("a\nb"), code(""), markdown("y"), code("c"))
    places = [document.place(document.source.position(document.source.text.index(name))) for name in ("b\n", "c\n")]
    assert places == [DisplayPosition(2, 0, 2), DisplayPosition(1, 0, 5)]


def test_the_older_format(fix: Fix, tmp_path: Path) -> None:
    def content(text: str) -> dict[str, Any]:
        cell = {"cell_type": "code", "input": text.splitlines(keepends=True), "language": "python", "outputs": []}
        sheet = {"cells": [{"cell_type": "heading", "level": 1, "source": ["x"]}, cell]}
        return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]}

    path = tmp_path / "a.ipynb"
    path.write_bytes(written(content(MODEL)))
    assert fix("--check", ".").lines[0].startswith("a.ipynb:cell 2:9:5: KTP101")
    fix("a.ipynb")
    assert path.read_bytes() == written(content(FIXED_MODEL))


# What cannot be read

UNFINISHED = "model.add(Dropout(0.5))\n!ls\n"


def test_a_cell_with_a_mistake_does_not_hide_the_others(fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(written(notebook(code(IMPORT), code(f"{UNFINISHED}y = = 2"), code(CLASS))))
    assert [line for line in fix("a.ipynb").lines if not line.startswith(" ")] == [
        "a.ipynb:cell 2:3:5: KTP900 cell not analysed: syntax error: invalid syntax",
        "1 file checked, 1 finding fixed, 1 left (1 without a fix)",
    ]
    assert path.read_bytes() == written(notebook(code(IMPORT), code(f"{UNFINISHED}y = = 2"), code(FIXED_CLASS)))


def test_the_place_of_a_mistake_in_an_indented_cell(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code(MODEL), code("\n  x = 1\n  training = = 2"))))
    assert "a.ipynb:cell 2:3:14: KTP900 cell" in fix("a.ipynb").out


@pytest.mark.parametrize(
    ("mistakes", "said"),
    [
        (["x = = 1", "class Stack[:", "def f(:", "training_data = = 1  # training and testing"], None),
        (["x = = 1", "model(x, training=)"], "cell 3"),
        (["class Net(Model):\n    ...\n  x", "def call(self, x:", "x = = 1", "K.learning_phase("], "cell 2"),
    ],
)
def test_unfinished_cells_are_one_finding_where_the_flag_may_be_in_them(
    mistakes: list[str], said: str | None, fix: Fix, tmp_path: Path
) -> None:
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code(MODEL), *map(code, mistakes))))
    found = json.loads(fix("--check", "--select", "KTP900", "--output-format", "json", ".").out)
    assert [f"cell {one['location']['cell']}" for one in found] == ([] if said is None else [said])
    assert all(one["severity"] == "fragile" for one in found)
    if said == "cell 2":
        assert found[0]["message"].endswith(" (and 2 more in this file)")


CORRUPT = {
    "nothing": b"",
    "no JSON": b'{"cells": [',
    "text behind it": written(notebook()) + b"x",
    "conflict marks": written(notebook(code("x"))).replace(b' "metadata"', b'<<<<<<< HEAD\n "metadata"', 1),
    "not UTF-8": written(notebook(code("x"))).replace(b"x", b"\xe4"),
    "an array": b"[]",
    "no version": b'{"cells": []}',
    "too old": b'{"nbformat": 2, "worksheets": []}',
    "no cells": b'{"nbformat": 4}',
    "cells that are none": b'{"nbformat": 4, "cells": {}}',
    "a cell that is none": b'{"nbformat": 4, "cells": ["x"]}',
    "no source": b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
    "a source that is no text": b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}',
    "no worksheets": b'{"nbformat": 3}',
    "nested deeply": b'{"nbformat": 4, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("data", CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_notebook_is_one_message(data: bytes, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(data)
    (tmp_path / "b.ipynb").write_bytes(written(notebook(code(MODEL))))
    message, last = fix("--unsafe-fixes", ".").lines
    assert message.startswith("a.ipynb:1:1: KTP900 file not analysed: not a notebook: ")
    assert last == "2 files checked, 1 finding fixed, 1 left (1 without a fix)"
    assert (tmp_path / "a.ipynb").read_bytes() == data
    assert (tmp_path / "b.ipynb").read_bytes() == written(notebook(code(FIXED_MODEL)))


@pytest.mark.parametrize("text", [f"{MODEL}\x00", f"{MODEL}'\ud800'"], ids=["null", "surrogate"])
def test_what_python_cannot_hold_is_no_crash(text: str, fix: Fix, tmp_path: Path) -> None:
    data = json.dumps(notebook(code(text), code("y = 1"))).encode()
    (tmp_path / "a.ipynb").write_bytes(data)
    assert "KTP900" in fix("a.ipynb").out
    assert (tmp_path / "a.ipynb").read_bytes() == data


def test_the_cache_knows_corrupt_notebooks_and_those_behind_them(fix: Fix, tmp_path: Path, cache_folder: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(b"{")
    (tmp_path / "b.ipynb").write_bytes(written(notebook(code(MODEL), code("training = = 1"))))
    first = fix("--isolated", "--check", ".")
    files = [(Path("a.ipynb"), Settings(isolated=True)), (Path("b.ipynb"), Settings(isolated=True))]
    assert set(Memory(Cache(cache_folder), files).results(Fixes.NONE)) == {0, 1}
    assert fix("--isolated", "--check", ".") == first
    assert len(first.lines) == 11
