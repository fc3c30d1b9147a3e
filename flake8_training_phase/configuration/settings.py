"""What the user wants checked: one frozen `Settings`, whichever front end it comes from.

Each setting is declared here and nowhere else; `configuration/` reads them from files and options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE, matches
from flake8_training_phase.configuration.declaration import Setting, setting, settings_of
from flake8_training_phase.configuration.kinds import (
    CatalogueFile,
    CatalogueFiles,
    ClassPatterns,
    Codes,
    CodesByPath,
    EnvironmentPath,
    FilePath,
    Format,
    Imports,
    KerasModules,
    Names,
    Parameters,
    Paths,
    PerFile,
    Releases,
    Switch,
)
from flake8_training_phase.keras.targets import ALL_RELEASES
from flake8_training_phase.sources.globs import Globs, absolute

if TYPE_CHECKING:
    from flake8_training_phase.keras.generations import Release
    from flake8_training_phase.keras.knowledge import Knowledge


DEFAULT_EXCLUDES = (
    *(".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox"),
    *(".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode"),
    *("*.egg", "CVS", "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules"),
    *("site-packages", "venv"),
)
"""Folders that hold no code of the project: those that Black, flake8 and Ruff leave out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check, and for which Keras."""

    select: tuple[str, ...] = setting((), Codes(), "codes or prefixes to report instead of the default, or ALL")
    extend_select: tuple[str, ...] = setting((), Codes(), "codes or prefixes to report as well")
    ignore: tuple[str, ...] = setting((), Codes(), "codes or prefixes to ignore")
    """A longer prefix in `select` wins over a shorter one here."""
    keras_versions: frozenset[Release] = setting(
        ALL_RELEASES, Releases(), "Keras versions your code must support", flake8=True
    )
    follow_imports: bool | tuple[str, ...] = setting(
        True,
        Imports(),
        "follow imports into other files of the project, and into these installed packages",
        flake8=True,
    )
    python: Path | None = setting(
        None, EnvironmentPath(), "where packages are installed: an environment, or the Python in it", flake8=True
    )
    cache: bool = setting(True, Switch(), "cache results between runs", flake8=True)
    per_file_ignores: CodesByPath = setting(
        CodesByPath(), PerFile(), "codes or prefixes to ignore in some files; may be given several times"
    )
    exclude: Globs = setting(
        Globs("", DEFAULT_EXCLUDES), Paths(), "files and folders to exclude instead of the default, as in .gitignore"
    )
    extend_exclude: Globs = setting(Globs(), Paths(), "more files and folders to exclude")
    respect_gitignore: bool = setting(True, Switch(), "skip files that git ignores")
    training_layers: tuple[str, ...] = setting(
        (), Names(), "layers of other libraries that need `training`", flake8=True
    )
    layer_bases: tuple[str, ...] = setting(
        (), Names(), "classes of other libraries whose subclasses are Keras layers", flake8=True
    )
    model_bases: tuple[str, ...] = setting(
        (), Names(), "classes of other libraries whose subclasses are Keras models", flake8=True
    )
    keras_modules: tuple[str, ...] = setting(
        (), KerasModules(), "modules that provide Keras under another name", flake8=True
    )
    training_aliases: tuple[str, ...] = setting(
        (), Parameters(), "other names that `call` uses for the `training` parameter", flake8=True
    )
    catalogues: tuple[CatalogueFile, ...] = setting(
        (),
        CatalogueFiles(),
        "files that describe the layers of other libraries, made with --write-catalogue",
        flake8=True,
    )
    ignore_classes: tuple[str, ...] = setting(
        (), ClassPatterns(), "classes to skip, by patterns of their names", flake8=True
    )
    fixable: tuple[str, ...] = setting(
        ("ALL",), Codes(), "codes or prefixes whose fixes may be applied, instead of all"
    )
    unfixable: tuple[str, ...] = setting((), Codes(), "codes or prefixes whose fixes are not applied")
    unsafe_fixes: bool = setting(False, Switch(), "apply unsafe fixes as well", whole_run=True)
    output_format: str = setting("text", Format(), "how findings are shown", whole_run=True)
    baseline: Path | None = setting(
        None, FilePath(), "ignore the findings that --write-baseline recorded in this file", whole_run=True
    )
    left_out: tuple[str, ...] = ()
    """The codes that `per_file_ignores` leaves out of the file these are for."""
    isolated: bool = False
    """Whether no settings are read from files, of other tools neither."""

    def selects(self, code: str, on_by_default: bool) -> bool:
        """Whether the findings of a rule are wanted."""
        if matches(code, self.left_out):
            return False
        on_by_default = on_by_default or code == CODE_OF_BROKEN_FILE
        wanted = _asks_for(code, self.select, on_by_default) if self.select else on_by_default
        wanted = wanted or _asks_for(code, self.extend_select, on_by_default)
        if not wanted or not matches(code, self.ignore):
            return wanted
        return _longest(code, (*self.select, *self.extend_select)) > _longest(code, self.ignore)

    def may_fix(self, code: str) -> bool:
        """Whether the fixes of a rule may be applied; a longer prefix in `fixable` wins over one in `unfixable`."""
        if not matches(code, self.fixable):
            return False
        return not matches(code, self.unfixable) or _longest(code, self.fixable) > _longest(code, self.unfixable)

    def for_file(self, path: Path) -> Settings:
        """The settings for checking one file, once it is known that it is checked. Settings about paths are
        reduced to their effective values, and those for the whole run are dropped, so that files which are checked
        alike have equal settings.
        """
        # To make a path absolute takes long where there are many files.
        left_out = self.per_file_ignores.codes(absolute(path)) if self.per_file_ignores.entries else ()
        return _of_one_file(self, left_out)

    @property
    def knowledge(self) -> Knowledge:
        """What the settings say about layers, models and spellings that are not Keras's own."""
        from flake8_training_phase.keras.knowledge import Knowledge
        from flake8_training_phase.keras.packages import read_catalogue

        own = (self.training_layers, self.layer_bases, self.model_bases, self.keras_modules, self.training_aliases)
        return Knowledge(*own, tuple(read_catalogue(*one) for one in self.catalogues))


@cache
def declared() -> Mapping[str, Setting]:
    """Every setting by its key for users: `extend-select`."""
    return {one.key: one for one in settings_of(Settings)}


@cache
def _of_one_file(settings: Settings, left_out: tuple[str, ...]) -> Settings:
    return replace(settings, **_NOT_OF_ONE_FILE, left_out=left_out)


_NOT_OF_ONE_FILE: dict[str, Any] = {
    one.name: one.default
    for one in settings_of(Settings)
    if isinstance(one.kind, (PerFile, Paths)) or one.name == "respect_gitignore" or one.whole_run
}


def _asks_for(code: str, prefixes: tuple[str, ...], on_by_default: bool) -> bool:
    """Whether a selection means a code. `KTP` alone names this plugin, as flake8's own settings have to name it: it
    means the rules that are on by default, and `ALL` means every rule.
    """
    return any(matches(code, (one,)) and (on_by_default or one not in _WHOLE_PLUGIN) for one in prefixes)


_WHOLE_PLUGIN = ("K", "KT", "KTP")


def _longest(code: str, prefixes: tuple[str, ...]) -> int:
    return max((len(prefix) for prefix in prefixes if prefix != "ALL" and code.startswith(prefix)), default=-1)
