"""The examples in `docs/output.md`: what each output format says of a file in `examples/`.

They stand in a code block after a comment with the name of the format; `python -m tests.generate_docs` writes them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from flake8_training_phase.cli import main
from flake8_training_phase.command.map import main as map_command
from flake8_training_phase.documentation import BASE
from flake8_training_phase.output.formats import formats

ROOT = Path(__file__).parents[1]
OUTPUT_PAGE = ROOT / "docs" / "output.md"

_BLOCK = re.compile(r"^<!-- (?P<name>[a-z-]+) -->\n```(?P<language>\w+)\n.*?^```$", re.MULTILINE | re.DOTALL)
_MAP = re.compile(r"^<!-- map: ([^\n]+) -->\n```text\n.*?^```$", re.MULTILINE | re.DOTALL)
_WHERE_INSTALLED = "file:///…/site-packages/flake8_training_phase/docs/"
_FILES = {"statistics": ("examples/not_forwarded.py", "examples/misnamed_training.py")}


def with_output_examples(page: str) -> str:
    """The page with new examples. Raises ValueError when a format has none."""
    missing = set(formats()) - {match["name"] for match in _BLOCK.finditer(page)}
    if missing:
        raise ValueError(f"docs/output.md has no example of {', '.join(sorted(missing))}")
    return _BLOCK.sub(lambda match: _block(match["name"], match["language"]), page)


def _block(name: str, language: str) -> str:
    shown = _shown(name)
    if name == "sarif":
        # The rules with their pages would fill the page.
        shown = json.dumps(json.loads(shown)["runs"][0]["results"], indent=2)
    return f"<!-- {name} -->\n```{language}\n{shown.rstrip()}\n```"


def with_map(page: str) -> str:
    """A page with a new map, for each `training-phase-map` command in a block after `<!-- map: COMMAND -->`."""
    return _MAP.sub(lambda match: f"<!-- map: {match[1]} -->\n```text\n{_mapped(match[1].split()[1:])}```", page)


def _mapped(arguments: list[str]) -> str:
    stream = io.StringIO()
    with _in_root(), contextlib.redirect_stdout(stream):
        map_command([*arguments, "--isolated", "--color", "never", "--width", "100"])
    return stream.getvalue()


@contextlib.contextmanager
def _in_root() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        yield
    finally:
        os.chdir(before)


def _shown(name: str) -> str:
    files = _FILES.get(name, ("examples/super_call.py",))
    stream = io.StringIO()
    variables = {name: os.environ.pop(name) for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR") if name in os.environ}
    try:
        with _in_root(), contextlib.redirect_stdout(stream):
            main(["--check", "--isolated", "--no-cache", "--color", "never", "--output-format", name, *files])
    finally:
        os.environ.update(variables)
    return stream.getvalue().replace(BASE, _WHERE_INSTALLED)
