"""Text in and out: the gate, encodings, positions, `# noqa`, edits, files."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.findings import Applicability, Edit, Finding, Fix, Position, Severity
from flake8_training_phase.sources import edits, files
from flake8_training_phase.sources.edits import apply_edits, compatible_fixes
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.noqa import Suppressions
from flake8_training_phase.sources.text import SourceText
from tests.helpers import MODEL, UNRELATED

# The gate


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        "import keras\nclass A(keras.Model):\n    async def call(self, x): ...\n",
        "import keras\nclass A(keras.Model):\n    def call (self, x): ...\n",
        "import keras\nclass A(keras.Model):\n    def  call(self, x): ...\n",
        "import keras\nclass A(keras.Model):\n    def\tcall(self, x): ...\n",
        "import keras\nclass A(keras.Model):\n    def \\\n    call(self, x): ...\n",
        "import keras\nclass A(keras.Model):\n    def call[T](self, x: T): ...\n",
        "from base import Block\nclass A(Block):\n    def call(self, x): ...\n",
        "import keras\nA = type('A', (keras.Model,), {'call': lambda self, x: keras.layers.Dropout(0.5)(x)})\n",
        "from keras import backend as K\nK.learning_phase()\n",
        "from keras.backend import in_train_phase as choose\n",
        "from keras.backend import in_test_phase as choose\n",
        "from models import net\nnet.stateless_call(1, 2, x)\n",
        "import torch, keras\nloss.backward()\n",
        "import keras\noptimizer.minimize(loss, weights)\n",
        "import tensorflow as tf\nfrom models import augment\ndata = data.map(augment)\n",
        "import keras\npairs = optimizer.compute_gradients(loss, weights)\n",
        "import tensorflow as tf\n_, gradients = tfp.math.value_and_gradient(loss, weights)\n",
        "import keras\nfrom models import net\nnet(x, training=True)\n",
        "x = Input((8,))\nmodel = Model(x, base(x, training = False))\n",
        "model = keras.Sequential([Resizing(4, 4), BatchNormalization()])\n",
        "import keras\nmodel = keras.Sequential([RandomFlip(), BatchNormalization()])\n",
        "import keras\nmodel = keras.Sequential([])\n\ndef run(x, training):\n    return model(x, training)\n",
    ],
)
def test_gate_lets_in(text: str) -> None:
    assert may_hold_findings(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        UNRELATED,
        "import keras\nmodel = keras.Sequential([keras.layers.Dropout(0.5)])\n",
        "import numpy\nclass A:\n    def __call__(self, x): ...\n",
        "import numpy\ndef call_later(x): ...\n",
        "import numpy\ndef recall(x): ...\n",
        "model = keras.Sequential([Resizing(4, 4), Dropout(0.5)])\n",
        "import keras\nmodel = keras.Sequential([Dense(4, RandomNormal()), BatchNormalization()])\n",
        "import keras\nmodel = keras.Sequential([Dense(numpy.random.RandomState(3)), BatchNormalization()])\n",
        "class A:\n    def call(self, x): ...\n",
        "import torch\nloss.backward()\n",
        "from scipy import optimize\noptimize.minimize(f, x)\n",
        "import flax\nmodel(x, training=True)\n",
    ],
)
def test_gate_keeps_out(text: str) -> None:
    assert not may_hold_findings(text)


# Encodings


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"\xef\xbb\xbf", ""),
        (b"x = 'caf\xc3\xa9'\n", "x = 'café'\n"),
        (b"\xef\xbb\xbfx = 1\r\n", "x = 1\r\n"),
        (b"x = 'caf\xe9'\n", "x = 'café'\n"),
        (b"# coding: latin-1\nx = 'caf\xe9'\n", "# coding: latin-1\nx = 'café'\n"),
        (b"#!/usr/bin/python\n# coding: cp1251\nx = '\xe0'\n", "#!/usr/bin/python\n# coding: cp1251\nx = 'а'\n"),  # noqa: RUF001
        (b"# coding: shift_jis\nx = '\x82\xa0'\n", "# coding: shift_jis\nx = 'あ'\n"),
        (b"# coding: utf-8\nx = 'caf\xe9'\n", "# coding: utf-8\nx = 'café'\n"),
        (b"# coding: utf-8-sig\nx = 1\n", "# coding: utf-8-sig\nx = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8-sig\nx = 1\n", "# coding: utf-8-sig\nx = 1\n"),
    ],
)
def test_bytes_to_text_and_back(data: bytes, text: str) -> None:
    source = SourceText.decode(data)
    assert source.text == text
    assert source.encode(text) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"# -*- coding: foo -*-\n", "unknown encoding: foo"),
        (b"# -*- coding: rot13 -*-\n", "not a text encoding"),
        (b"# coding: undefined\nx = 1\n", "not in the encoding that it declares, undefined"),
        (b"# coding: punycode\nx = 1  # -\n", "not in the encoding that it declares, punycode"),
        (b"# coding: ascii\nx = 'caf\xe9'\n", "not in the encoding that it declares, ascii"),
        (b"\xef\xbb\xbf\xef\xbb\xbfx = 1\n", "two byte order marks"),
        (b"# -*- coding: utf-7 -*-\n# a+AGE-\n", "same bytes back"),
        ("x = 1\n".encode("utf-16"), "encoded in UTF-16"),
        (b"\xfe\xff\0x", "encoded in UTF-16"),
        ("x = 1\n".encode("utf-32"), "encoded in UTF-32"),
    ],
)
def test_refused_encodings(data: bytes, said: str) -> None:
    with pytest.raises(SyntaxError, match=said):
        SourceText.decode(data)


@pytest.mark.parametrize("encoding", ["undefined", "punycode"])
def test_refused_encodings_in_newer_pythons(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 3.14 on, `tokenize` decodes the lines in which it looks for the encoding."""

    def detect_encoding(readline: Callable[[], bytes]) -> tuple[str, list[bytes]]:
        raise SyntaxError("invalid or missing encoding declaration")

    monkeypatch.setattr(tokenize, "detect_encoding", detect_encoding)
    with pytest.raises(SyntaxError, match=f"not in the encoding that it declares, {encoding}"):
        SourceText.decode(f"# coding: {encoding}\nx = 1  # -\n".encode())
    assert SourceText.decode("# coding: latin-1 \xe9\n".encode("latin-1")).text == "# coding: latin-1 \xe9\n"


# Positions


def test_lines_end_as_in_python() -> None:
    source = SourceText("a\nb\r\nc\rd\x0ce\x0b\x1c\u2028f\n\ng")
    assert source.lines == ["a\n", "b\r\n", "c\r", "d\x0ce\x0b\x1c\u2028f\n", "\n", "g"]
    assert source.line(2) == "b"
    assert source.line(99) == ""


def test_positions_and_offsets_are_inverse() -> None:
    source = SourceText("ab\r\ncd\rß😀e\n\nlast")
    for offset in range(len(source.text) + 1):
        assert source.offset(source.position(offset)) == offset
    assert source.position(source.text.index("e")) == Position(3, 2)


def test_columns_count_characters() -> None:
    source = SourceText("x = 'é😀'; found(1)\n")
    call = next(node for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Call))
    assert source.start(call) == Position(1, 10)
    assert source.end(call) == Position(1, 18)
    assert source.segment(call) == "found(1)"


# Suppressed lines


def suppressions(line: str, before: str = "") -> Suppressions:
    return Suppressions(SourceText(f"{before}{line}\n"))


def ktp202(row: int) -> Finding:
    place = Position(row, 0)
    return Finding("KTP202", "training-not-forwarded", "…", Severity.FRAGILE, (3,), place, place)


@pytest.mark.parametrize(
    ("line", "silenced"),
    [
        ("f(x)", False),
        ("f(x)  # noqa", True),
        ("f(x)  # NoQA", True),
        ("f(x)  # noqa: KTP202", True),
        ("f(x)  # noqa:KTP202", True),
        ("f(x)  # noqa: E501,KTP202", True),
        ("f(x)  # noqa: KTP2", True),
        ("f(x)  # noqa: E501", False),
        ("f(x)  # noqa: KTP101", False),
        ("f(x)  # qa", False),
        ("f('''\n''')  # noqa", True),
        ("f(\\\n    x)  # noqa: KTP202", True),
        ("f(\n    x)  # noqa: KTP202", False),
    ],
)
def test_noqa_on_the_line(line: str, silenced: bool) -> None:
    assert suppressions(line).silence(ktp202(1)) is silenced


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# flake8: noqa", True),
        ("# flake8=noqa", True),
        ("x = 1  # flake8: noqa", False),
        ("# noqa", False),
    ],
)
def test_noqa_for_the_file(comment: str, silenced: bool) -> None:
    assert suppressions("f(x)", before=f"{comment}\n").silence(ktp202(2)) is silenced


@pytest.mark.parametrize(
    ("line", "protected"),
    [
        ("f(x)", False),
        ("f(x)  # noqa", True),
        ("f(x)  # noqa: KTP202", True),
        ("f(x)  # noqa: KTP101", True),
        ("f(x)  # noqa: E501", False),
    ],
)
def test_what_a_fix_must_not_touch(line: str, protected: bool) -> None:
    edit = Edit(Position(1, 3), Position(1, 3), ", training=training")
    assert suppressions(line).protects(edit) is protected


def test_deleting_a_line_does_not_touch_the_next() -> None:
    text = SourceText("a()\nb()  # noqa\n")
    assert not Suppressions(text).protects(Edit(Position(1, 0), Position(2, 0), ""))
    assert Suppressions(text).protects(Edit(Position(1, 0), Position(2, 1), ""))


# Edits


def insertion(row: int, column: int, content: str) -> Edit:
    return Edit(Position(row, column), Position(row, column), content)


def a_fix(*edits: Edit) -> Fix:
    return Fix("…", Applicability.SAFE, edits)


def test_apply_edits_out_of_order() -> None:
    source = SourceText("f(x)\r\ng(y)\r\n")
    edits = [insertion(2, 3, ", b"), Edit(Position(1, 2), Position(1, 3), "a")]
    assert apply_edits(source, edits) == "f(a)\r\ng(y, b)\r\n"


def test_a_shared_edit_is_made_once() -> None:
    parameter = insertion(1, 5, ", training=None")
    one, two = a_fix(parameter, insertion(2, 5, "1")), a_fix(parameter, insertion(3, 5, "2"))
    edits, done = compatible_fixes([one, two])
    assert edits == [parameter, insertion(2, 5, "1"), insertion(3, 5, "2")]
    assert done == [one, two]


@pytest.mark.parametrize(
    "second",
    [
        insertion(1, 5, "another"),
        Edit(Position(1, 4), Position(1, 6), "over it"),
        Edit(Position(1, 5), Position(1, 9), "beside it"),
    ],
)
def test_a_fix_that_meets_another_waits_as_a_whole(second: Edit) -> None:
    first = a_fix(insertion(1, 5, "one"))
    edits, done = compatible_fixes([first, a_fix(insertion(7, 0, "elsewhere"), second)])
    assert edits == [insertion(1, 5, "one")]
    assert done == [first]


# Files


def test_write_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.py", tmp_path / "link.py"
    target.write_bytes(b"old")
    target.chmod(0o755)
    link.symlink_to("target.py")
    files.write(link, b"new", b"old")
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o755
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "target.py"]


def test_write_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk on fire"):
        files.write(path, b"new", b"old")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes")
def test_write_keeps_extended_attributes(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.origin", b"elsewhere")
    except OSError:
        pytest.skip("a file system without extended attributes")
    files.write(path, b"new", b"old")
    assert path.read_bytes() == b"new"
    assert os.getxattr(path, "user.origin") == b"elsewhere"


def test_flake8_is_not_loaded_for_a_file_without_noqa(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    script = (
        "import sys; from flake8_training_phase.cli import main; main({}); print('flake8.processor' in sys.modules)"
    )
    for options, loads in ((["--check"], False), ([], False)):
        command = [sys.executable, "-c", script.format(["-j1", "--no-cache", *options, "."])]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == str(loads)


# Growth


def comparisons(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often edits are compared to choose among so many fixes."""
    seen: list[int] = []
    compare = edits._collide

    def counted(edit: Edit, other: Edit) -> bool:
        seen.append(1)
        return compare(edit, other)

    monkeypatch.setattr(edits, "_collide", counted)
    fixes = [a_fix(insertion(row, 3, "x"), Edit(Position(row, 5), Position(row, 7), "y")) for row in range(1, count)]
    assert len(compatible_fixes([*fixes, *fixes])[1]) == 2 * len(fixes)
    assert len(compatible_fixes([*fixes, a_fix(insertion(1, 6, "z"))])[1]) == len(fixes)
    monkeypatch.undo()
    return len(seen)


def test_choosing_among_fixes_grows_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert comparisons(2000, monkeypatch) <= 2.5 * comparisons(1000, monkeypatch) + 10


def test_fixes_that_write_what_others_rename_wait() -> None:
    renaming = Fix("…", Applicability.SAFE, (insertion(1, 0, "new"),), renamed=("old",))
    writing = a_fix(insertion(2, 0, "old = 1"))
    assert compatible_fixes([renaming, writing])[1] == [renaming]
    assert compatible_fixes([writing, renaming])[1] == [writing]
    assert compatible_fixes([renaming, a_fix(insertion(2, 0, "older = 1"))])[1][0] == renaming
