"""The code that the tool is run on to see all that it says: examples of the rules, `examples/`, and `tests/cases`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.results import FileResult
from flake8_training_phase.rules import all_rules
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.runs.examiner import Examiner
from flake8_training_phase.runs.session import results_of
from tests import expectations, rule_examples

TESTS = Path(__file__).parent
CASES = TESTS / "cases"
EXAMPLES = TESTS.parent / "examples"
MAKE = ".make.py"
MEASURED = " (measured)"
"""Behind the name of a case that only running it shows to be wrong."""
SNAPSHOT = ".snapshot"


@dataclass(frozen=True, slots=True)
class Input:
    """A file, or a folder that is one project."""

    name: str
    """For example `rules/ktp202/block_in_a_model.bad` or `cases/tab_cells.md`."""
    source: Path
    """Where it stands; a file `NAME.make.py` prints it."""
    snapshot: Path
    settings: Mapping[str, object] = field(default_factory=dict, hash=False)

    def copied(self, folder: Path) -> Path:
        """Put the input into a folder, away from the files beside it; gives the file or the folder to check."""
        if self.source.name.endswith(MAKE):
            made = folder / f"{self.source.name.removesuffix(MAKE)}.py"
            printed = subprocess.run([sys.executable, self.source], stdout=subprocess.PIPE, check=True)
            made.write_bytes(printed.stdout)
            return made
        target = folder / self.source.name
        if self.source.is_dir():
            return Path(shutil.copytree(self.source, target, ignore=shutil.ignore_patterns("__pycache__")))
        return Path(shutil.copy(self.source, target))


def inputs() -> Iterator[Input]:
    """Everything that has a snapshot."""
    for rule in all_rules():
        yield from rule_inputs(rule.code)
    for path in sorted(EXAMPLES.glob("*.py")):
        yield Input(f"examples/{path.stem}", path, TESTS / "examples" / f"{path.stem}{SNAPSHOT}")
    yield from case_inputs()


def rule_inputs(code: str) -> Iterator[Input]:
    """The examples of a rule, checked with the rules that are on by default and with this one."""
    for path in rule_examples.files(code):
        snapshot = path.with_suffix(SNAPSHOT)
        yield Input(f"rules/{code.lower()}/{path.stem}", path, snapshot, {"extend-select": [code]})


def case_inputs() -> Iterator[Input]:
    """The cases, checked as their own comments ask for; `NAME.fixed.py` is no case, it shows a right fix of one."""
    for path in sorted(CASES.iterdir()):
        if ".fixed." in path.name or path.name == "README.md":
            continue
        if not (path.is_dir() or path.suffix in expectations.SUFFIXES):
            continue
        name = path.name.removesuffix(MAKE).removesuffix(".py")
        yield Input(f"cases/{name}", path, CASES / f"{name}{SNAPSHOT}", expectations.settings_of(path))


def reported(path: Path, settings: Mapping[str, object], fixes: Fixes = Fixes.NONE) -> list[FileResult]:
    """What the tool says of a file, or of a project, and what its fixes make of it; nothing is written."""
    configuration = Configuration(settings, isolated=True)
    return results_of(list(discover([path], configuration, _unreadable)), fixes, Examiner())


def _unreadable(path: Path, error: OSError) -> None:
    raise error


def not_yet() -> dict[str, str]:
    """The cases that the tool does not pass, and why not, by their names without `cases/`, maybe with `MEASURED`."""
    lines = (CASES / "not_yet.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name: why.strip() for name, _, why in pairs}
