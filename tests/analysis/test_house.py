"""Imports inside the analysis point one way: each folder knows those that stand before it, and none behind it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flake8_training_phase

PACKAGE = Path(flake8_training_phase.__file__).parent
ANALYSIS = "flake8_training_phase.analysis."
FLOORS = (
    "syntax",
    "domain",
    "models",
    "machine",
    "symbols",
    "constructions",
    "program",
    "project",
    "phase",
    "queries",
    "entries",
)
"""From the ground up."""
GROUND = ("keras", "settings", "findings", "sources")
"""What every folder of the analysis may know beside the others."""


def rooms() -> Iterator[Path]:
    """The files of the analysis."""
    yield from sorted((PACKAGE / "analysis").rglob("*.py"))


def files_of(folder: str) -> list[Path]:
    """The files of a folder of the package."""
    return sorted((PACKAGE / folder).rglob("*.py"))


def floor(path: Path) -> str:
    """The folder of the analysis, or the file at its top, that a file is."""
    return path.relative_to(PACKAGE / "analysis").parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports when it is loaded: what is under `TYPE_CHECKING` stands in another block."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module is not None:
            yield statement.module


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    if floor(path) == "__init__":
        return
    here = FLOORS.index(floor(path))
    for name in imported(path):
        if name.startswith(ANALYSIS):
            there = name.removeprefix(ANALYSIS).partition(".")[0]
            assert FLOORS.index(there) <= here, f"{floor(path)} imports {name}"


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_analysis_knows_no_rules_and_no_fixes(path: Path) -> None:
    own = (name for name in imported(path) if name.startswith("flake8_training_phase."))
    beside = {name.split(".")[1] for name in own} - {"analysis"}
    assert beside <= set(GROUND)


def test_no_file_is_too_long_to_be_read() -> None:
    long = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in rooms()}
    assert {name: lines for name, lines in long.items() if lines > 450} == {}


@pytest.mark.parametrize("path", files_of("rules"), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_family_of_rules_knows_no_other_one(path: Path) -> None:
    family = path.relative_to(PACKAGE / "rules").parts[0]
    others = {folder.name for folder in (PACKAGE / "rules").iterdir() if folder.is_dir()} - {family}
    rules = "flake8_training_phase.rules."
    assert {
        name.removeprefix(rules).partition(".")[0] for name in imported(path) if name.startswith(rules)
    } & others == set()


@pytest.mark.parametrize("path", files_of("fixes"), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_fixes_know_no_rules(path: Path) -> None:
    assert not [name for name in imported(path) if name.startswith("flake8_training_phase.rules")]
