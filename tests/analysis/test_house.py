"""Imports point one way, those under `TYPE_CHECKING` and inside functions included: a folder knows those that stand
before it, and none behind it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
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
    "constructions",
    "program",
    "neighbours",
    "project",
    "phase",
    "queries",
    "entries",
)
"""From the ground up."""
GROUND = ("keras", "configuration", "findings", "sources")
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
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def module_name(path: Path) -> str:
    """The dotted name of a file of the package."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def known(path: Path) -> set[str]:
    """The modules of the package that a file imports, or imports something from."""
    found = (name if name in MODULES else name.rpartition(".")[0] for name in imported(path))
    return {name for name in found if name in MODULES}


def folder(module: str) -> str:
    """The folder that a module is in; of what is at the top of the package, the module itself."""
    path = MODULES[module]
    return module if path.parent == PACKAGE else str(path.parent.relative_to(PACKAGE))


def circle(arrows: dict[str, set[str]]) -> tuple[str, ...]:
    """Some names that lead back to the first of them; none where there is no circle."""
    try:
        tuple(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def test_no_folder_leads_back_to_itself() -> None:
    arrows: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        arrows.setdefault(folder(name), set()).update(folder(one) for one in known(path))
    assert circle({name: others - {name} for name, others in arrows.items()}) == ()


def test_no_file_leads_back_to_itself() -> None:
    """But for the data of the domain, whose types are made of each other: objects have classes, classes objects."""
    files = {name: path for name, path in MODULES.items() if not name.startswith(f"{ANALYSIS}domain.")}
    assert circle({name: (known(path) & files.keys()) - {name} for name, path in files.items()}) == ()


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert not circle({"a": {"b", "c"}, "b": {"c"}})


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
