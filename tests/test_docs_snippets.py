"""Every snippet in the documentation is run by a test, or says beside it why it is not.

A block after `<!-- not run: why -->` is not run. Those in `ELSEWHERE` are run by the tests named there, all others
here. What commands print is in blocks of other languages (`SHOWN_ONLY`): `python -m tests.generate_docs` writes those
that have a comment, `tests/test_shown_output.py` compares the others. The pages of the rules have a test of their own,
`tests/test_rule_pages.py`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake8_training_phase.cli import check as check_command
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.engine import check
from flake8_training_phase.sources.text import SourceText
from tests.generate_docs import ROOT
from tests.helpers import FIXED_MODEL, FORGETFUL, HEAD, MISNAMED, MODEL
from tests.test_notebooks import code, written
from tests.test_notebooks import notebook as in_cells

PAGES = [ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN_ONLY = ("diff", "text", "xml")
"""Languages in which pages show what comes out, not what to write."""

ELSEWHERE = {
    ("docs/settings.md", "toml"): "tests/test_settings_meta.py",
    ("docs/settings.md", "ini"): "tests/test_settings_meta.py",
    ("docs/output.md", "json"): "tests/reporters/test_formats.py and tests/adoption/test_baseline.py",
    ("docs/continuous-integration.md", "yaml"): "tests/test_integration_docs.py",
    ("docs/editors.md", "json"): "tests/test_integration_docs.py",
    ("docs/editors.md", "lua"): "tests/server/test_neovim.py",
    ("docs/adding-a-rule.md", "toml"): "tests/test_rules_meta.py",
    ("docs/testing-your-models.md", "python"): "tests/runtime/test_tracer.py",
    ("docs/migrating-keras-2-to-3.md", "python"): "tests/runtime/test_migrating.py",
}

PROGRAMS = {
    "training-phase-check": ("-c", "import sys; from flake8_training_phase.cli import check; sys.exit(check())"),
    "training-phase-fix": ("-m", "flake8_training_phase"),
    "training-phase-map": ("-m", "flake8_training_phase.command.map"),
    "python": (),
}


@dataclass(frozen=True)
class Snippet:
    page: str
    number: int
    language: str
    code: str
    comment: str
    """What is in the comment in the line before the block."""

    def __str__(self) -> str:
        return f"{self.page}-{self.number}"


def snippets(pages: Sequence[Path]) -> Iterator[Snippet]:
    for path in pages:
        text = path.read_text(encoding="utf-8")
        blocks = re.finditer(r"(?:^<!-- ([^\n]*) -->\n)?^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for number, match in enumerate(blocks, 1):
            page = path.relative_to(ROOT).as_posix()
            yield Snippet(page, number, match[2], match[3], match[1] or "")


ALL = [one for one in snippets(PAGES) if one.language not in SHOWN_ONLY and not one.comment.startswith("not run: ")]
HERE = [one for one in ALL if (one.page, one.language) not in ELSEWHERE]


def of(*languages: str) -> list[Snippet]:
    return [one for one in HERE if one.language in languages]


def test_each_snippet_is_of_a_language_that_is_run() -> None:
    assert {one.language for one in HERE} <= {"sh", "console", "python", "toml", "ini", "yaml", "vim"}


def test_what_is_run_elsewhere_is_there() -> None:
    assert {(one.page, one.language) for one in ALL} >= set(ELSEWHERE)
    for tests in ELSEWHERE.values():
        assert all((ROOT / test).is_file() for test in tests.split(" and "))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    notebook = written(in_cells(code(MODEL))).decode()
    files = {
        "src/model.py": MODEL,
        "src/forgetful.py": FORGETFUL,
        "src/misnamed.py": MISNAMED,
        "models.ipynb": notebook,
        "notebooks/models.ipynb": notebook,
        "my_lib.json": '{"format": 1, "package": "my_lib", "release": "", "layers": []}',
        ".venv/lib/python3.12/site-packages/my_lib.py": "",
        "docs/tutorial.md": f"```python\n{MODEL}```\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    assert check_command(["--write-baseline", "training-phase-baseline.json", "examples"]) == 0
    return tmp_path


def run_line(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell script with the programs of this Python."""
    functions = "\n".join(
        f'{name}() {{ {shlex.join([sys.executable, *how])} "$@"; }}' for name, how in PROGRAMS.items()
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", f"{functions}\n{line}"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def lines_of(snippet: Snippet) -> list[str]:
    """The commands of a shell block or session."""
    if snippet.language == "console":
        return [line[2:] for line in snippet.code.splitlines() if line.startswith("$ ")]
    if snippet.comment == "main command":
        return [snippet.code.strip().rpartition(".venv/bin/")[2]]
    if snippet.comment == "test command":
        return []  # `.ci/run` runs it, and what runs this test is what it starts.
    return [line for line in snippet.code.splitlines() if line]


@pytest.mark.parametrize("snippet", of("sh", "console"), ids=str)
def test_shell(snippet: Snippet, project: Path) -> None:
    for line in lines_of(snippet):
        done = run_line(line, project)
        # Findings are no mistake of a command.
        assert done.returncode in (0, 1), (line, done.stderr)
        assert "Traceback" not in done.stderr, line


@pytest.mark.parametrize("snippet", of("python"), ids=str)
def test_python(snippet: Snippet, project: Path) -> None:
    if snippet.page == "docs/settings.md":
        finds_what_its_comments_say(snippet)
    elif snippet.page == "docs/what-happens-to-training.md":
        is_right(snippet)
    else:
        run = subprocess.run(
            [sys.executable, "-c", snippet.code],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")


def is_right(snippet: Snippet) -> None:
    """A class whose layers the page leaves out, with them."""
    name, _, body = snippet.code.partition("\n")
    layers = HEAD.partition("    def __init__")[2].replace("self.drop =", "self.norm = self.dropout =")
    text = f"import keras\n\n\n{name}\n    def __init__{layers}{body}"
    assert check(SourceText(text), Configuration({}).for_file(Path("model.py")), "model.py") == []
    wrong = text.replace("dropout(x, training=training)", "dropout(x)")
    assert len(check(SourceText(wrong), Configuration({}).for_file(Path("model.py")), "model.py")) == 1


def finds_what_its_comments_say(snippet: Snippet) -> None:
    """With the setting whose section the code stands in."""
    before = (ROOT / snippet.page).read_text(encoding="utf-8").partition(snippet.code)[0]
    Path("pyproject.toml").write_text(re.findall(r"^```toml\n(.*?)^```$", before, re.MULTILINE | re.DOTALL)[-1])
    text = f"import keras\n{snippet.code}"
    found = check(SourceText(text), Configuration({}).for_file(Path("model.py")), "model.py")
    rows = dict(enumerate(text.splitlines(), 1))
    expected = [(row, match[1]) for row, line in rows.items() if (match := re.search(r"# (KTP\d+):", line))]
    assert [(one.start.row, one.code) for one in found] == expected


@pytest.mark.parametrize("snippet", of("toml"), ids=str)
def test_settings(snippet: Snippet, project: Path) -> None:
    Path("pyproject.toml").write_text(snippet.code)
    resolved = Configuration({}).for_folder(project)
    assert str(project / "pyproject.toml") in resolved.origins.values()


@pytest.mark.parametrize("snippet", of("ini"), ids=str)
def test_flake8_configuration(snippet: Snippet, project: Path) -> None:
    Path("setup.cfg").write_text(snippet.code)
    done = run_line("python -m flake8 src", project)
    assert (done.returncode, done.stderr) == (1, "")
    assert "KTP101" in done.stdout
    assert "KTP202" not in done.stdout


@pytest.mark.parametrize("snippet", of("yaml"), ids=str)
def test_commands_in_yaml(snippet: Snippet, project: Path) -> None:
    yaml = pytest.importorskip("yaml")
    content = yaml.safe_load(snippet.code)
    lines = [
        *(
            f"{hook['entry']} src/model.py"
            for repo in content.get("repos", ())
            for hook in repo["hooks"]
            if "entry" in hook
        ),
        *(job["script"] for job in content.values() if isinstance(job, dict)),
    ]
    assert lines
    for line in lines:
        assert run_line(line, project).returncode in (0, 1), line


EDITORS = [name for name in ("nvim", "vim") if shutil.which(name)]


@pytest.mark.skipif(not EDITORS, reason="needs Neovim or Vim")
@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize(
    ("settings", "fixed"), [("", FIXED_MODEL), ("[tool.training-phase]\nkeras = '3'\n", MODEL)], ids=["right", "wrong"]
)
def test_the_filter_of_an_editor(editor: str, settings: str, fixed: str, project: Path) -> None:
    [snippet] = of("vim")
    (project / "pyproject.toml").write_text(settings)
    model = project / "a model's.py"
    model.write_text(MODEL)
    program = project / "bin" / "training-phase-fix"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m flake8_training_phase "$@"\n')
    program.chmod(0o755)
    start = ["nvim", "--clean", "--headless"] if editor == "nvim" else ["vim", "-u", "NONE", "-N", "-es"]
    commands = [*(line.lstrip(":") for line in snippet.code.splitlines()), "write!", "quitall!"]
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "SHELL": "/bin/sh"}
    subprocess.run(
        [*start, *(word for command in commands for word in ("-c", command)), model.name],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert model.read_text() == fixed
