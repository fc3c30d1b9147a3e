"""Markdown: which blocks are read, where findings stand, and that fixes change nothing but the lines they mean."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase.sources.documents import open_document
from tests.helpers import FIXED_MODEL, MODEL, Result

Fix = Callable[..., Result]

CLEAN, FOUND = 0, 1
IMPORT, CLASS = MODEL.split("\n\n\n")
FIXED_CLASS = FIXED_MODEL.split("\n\n\n")[1]


def block(code: str, info: str = "python") -> str:
    return f"```{info}\n{code}```\n"


TUTORIAL = """\
# A model\t

First the import,  \x0c
{imported}
then the *class*:

1.  in a list

    ~~~~ {{.python .numberLines}}
{model}
    ~~~~

It is not this one, `x`:

{other}
> ```python
> def call(self, x):
> ```

```python
    def call(self, x):
        return ...
```

The end, without a line end"""


def tutorial(model: str) -> str:
    other = block(MODEL, "pycon") + "\n<!-- training-phase: skip -->\n\n" + block(MODEL)
    return TUTORIAL.format(imported=block(IMPORT + "\n"), model=textwrap.indent(model, "    "), other=other)


def test_the_comment_that_the_documentation_shows(fix: Fix, tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "notebooks.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^  ````markdown\n(.*?)^  ````$", page, re.MULTILINE | re.DOTALL)
    example = textwrap.dedent(shown).replace("def call(self, x): ...\n", MODEL)
    (tmp_path / "a.md").write_text(example)
    assert fix("--check", "a.md").code == CLEAN
    (tmp_path / "a.md").write_text(example.replace("training-phase: skip", "another comment"))
    assert fix("--check", "a.md").code == FOUND


def test_blocks_are_one_module(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(tutorial(CLASS).encode())
    assert fix("--check", "a.md") == Result(FOUND, REPORT, "")
    assert fix("a.md") == Result(CLEAN, "1 file checked, 1 finding fixed, 0 left\n", "")
    assert (tmp_path / "a.md").read_bytes() == tutorial(FIXED_CLASS).encode()


REPORT = """\
a.md:18:9: KTP101 [*] `Model.call` takes no `training`, \
so `fit()` runs `self.drop` (Dropout, line 19) in inference mode in Keras 3. Add `training=None`
    18 |         def call(self, x):
       |         ^^^^^^^^^^^^^^^^
    19 |             return self.drop(x)
       |                    ------------ this layer is called without `training`
       = fix: Add `training=None` to `call` and pass it on
1 file checked, 1 finding (1 with a safe fix)
"""


def test_diff_is_of_the_file(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(tutorial(CLASS).encode())
    lines = fix("--diff", "a.md").out.splitlines()
    assert lines[:3] == ["--- a/a.md", "+++ b/a.md", "@@ -15,8 +15,8 @@"]
    assert "-        def call(self, x):" in lines


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("    ~", "\t~").replace("\n    ", "\n\t"),
        lambda text: text.replace("    ~~~~\n", ""),
        lambda text: text.replace("# A model", "# coding: none, #:hidden: é"),
    ],
    ids=["as it is", "CRLF", "BOM", "tabs", "never closed", "looks hidden"],
)
def test_everything_else_stays(change: Callable[[str], str], fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(change(f"{IMPORT_BLOCK}{TAIL}{textwrap.indent(CLASS, '    ')}    ~~~~\n").encode())
    assert open_document("a.md", path.read_bytes()).to_bytes() == path.read_bytes()
    assert "1 finding fixed" in fix("a.md").out
    expected = change(f"{IMPORT_BLOCK}{TAIL}{textwrap.indent(FIXED_CLASS, '    ')}    ~~~~\n")
    assert path.read_bytes() == expected.encode()


IMPORT_BLOCK = f"# A model\n\n{block(IMPORT + chr(10))}"
TAIL = "\n- x\n\n    ~~~~ python\n"


def test_lines_that_stand_too_far_left_keep_their_place(fix: Fix, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    helper = "def run(model, x):\n    return model.drop(x)\n"
    text = (
        f"  ```python\n  import keras\n \n  # ä\n{helper}{CLASS.replace('self.drop(x)', 'run(self, x)')}\n   \n  ```\n"
    )
    path.write_bytes(text.encode("latin-1"))
    assert "findings fixed, 0 left" in fix("--unsafe-fixes", "a.md").out
    for call in ("def call(self, x", "def run(model, x"):
        text = text.replace(call, f"{call}, training=None")
    for call in ("return run(self, x", "drop(x"):
        text = text.replace(call, f"{call}, training=training")
    assert path.read_bytes() == text.encode("latin-1")


@pytest.mark.parametrize(
    "info",
    [
        *("python", "py", "Python3", "  python  ", 'python title="model.py" linenums="1"', "python {1,3}", "python=1"),
        *("{.python}", "{ .py .annotate }", "{python}", "{code-block} python", "{code-cell} ipython3"),
    ],
)
def test_python_blocks(info: str, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(block(MODEL, info))
    assert fix("--check", "a.md").lines[0].startswith("a.md:10:5: KTP101")


@pytest.mark.parametrize("info", ["", "pycon", "python-repl", "pyrex", "text", "{note} python", "console", "mypython"])
def test_other_blocks(info: str, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(block(MODEL, info))
    assert fix("--check", "a.md").code == CLEAN


def test_options_of_a_directive(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(block(f":tags: [hide]\n:linenos:\n!ls\n{MODEL}", "{code-cell} python"))
    assert fix("a.md").code == CLEAN
    assert (tmp_path / "a.md").read_text() == block(
        f":tags: [hide]\n:linenos:\n!ls\n{FIXED_MODEL}", "{code-cell} python"
    )


def test_a_fence_in_a_longer_fence_is_text(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"````markdown\n{block(MODEL)}````\n")
    assert fix("--check", "a.md").code == CLEAN


@pytest.mark.parametrize("fence", ["````", "~~~"])
def test_only_its_own_fence_ends_a_block(fence: str, fix: Fix, tmp_path: Path) -> None:
    before = f'{fence} python\nTEXT = """\n```\n"""\n'
    (tmp_path / "a.md").write_text(f"{before}{MODEL}{fence}\n\n{block('x = 1')}")
    assert fix("a.md").code == CLEAN
    assert (tmp_path / "a.md").read_text() == f"{before}{FIXED_MODEL}{fence}\n\n{block('x = 1')}"


def test_fragments_are_left_out_and_not_reported(fix: Fix, tmp_path: Path) -> None:
    fragments = ("def call(self, x, ...):\n    pass\n", "  return self.drop(x)\n", ">>> call()\n", "")
    (tmp_path / "a.md").write_text("".join(map(block, fragments)) + block(MODEL))
    assert fix("--check", "a.md").lines[-1] == "1 file checked, 1 finding (1 with a safe fix)"


def test_noqa(fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(block(MODEL.replace("x):", "x):  # noqa: KTP101")))
    assert fix("--check", "a.md").code == CLEAN
    (tmp_path / "a.md").write_text(f"# flake8: noqa\n\n{block(MODEL)}")
    assert fix("--check", "a.md").code == FOUND


def test_markdown_is_checked_when_it_is_named(fix: Fix, tmp_path: Path) -> None:
    for name in ("a.md", "B.Markdown", "c.txt"):
        (tmp_path / name).write_text(block(MODEL))
    assert fix("--check", ".").lines == []
    assert fix("--check", "a.md", "B.Markdown").lines[-1] == "2 files checked, 2 findings (2 with a safe fix)"


def test_the_documentation_of_this_project_is_given_back() -> None:
    root = Path(__file__).parents[1]
    for path in [root / "README.md", *sorted(root.glob("docs/**/*.md"))]:
        data = path.read_bytes()
        document = open_document(str(path), data)
        assert document.to_bytes() == data
        assert document.with_text(document.source.text).to_bytes() == data


@pytest.mark.parametrize(
    ("fence", "is_python"),
    [
        ("```python", True),
        ("~~~python", True),
        ("~~~python `x` ~", True),
        ("```python `x`", False),
        ("~~~~ python", True),
    ],
)
def test_what_stands_behind_a_fence(fence: str, is_python: bool) -> None:
    closing = fence[: len(fence) - len(fence.lstrip("`~"))]
    document = open_document("a.md", f"{fence}\nx = 1\n{closing}\n".encode())
    assert ("\nx = 1\n" in document.source.text) is is_python


@pytest.mark.parametrize("name", ["a.qmd", "a.Rmd", "a.markdown"])
def test_other_names_of_markdown(name: str, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / name).write_text(block(MODEL, "{python}"), encoding="utf-8")
    assert "KTP101" in fix("--check", name).out


@pytest.mark.parametrize("name", ["a.rst", "a.RST", "a.adoc"])
def test_texts_that_are_not_read_are_refused_in_one_line(name: str, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / name).write_text(".. code-block:: python\n\n" + textwrap.indent(MODEL, "    "), encoding="utf-8")
    out = fix("--check", name).out
    assert out.startswith(f"{name}:1:1: KTP900 ")
    assert "only Python, notebooks and Markdown" in out.splitlines()[0]


def test_tab_of_another_framework_is_passed_over(fix: Fix, tmp_path: Path) -> None:
    other = MODEL.replace("import keras", "import torch as keras")
    tabs = block(f"%%tab pytorch\n{other}", "{.python .input}") + block(f"%%tab tensorflow\n{MODEL}")
    (tmp_path / "a.md").write_text(tabs, encoding="utf-8")
    assert fix("--check", "a.md").out.count("KTP101") == 1
