"""What the user wants checked: one frozen `Settings`, whichever front end it comes from."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE, matches, rule_modules, unknown_prefixes
from flake8_training_phase.keras.generations import Release
from flake8_training_phase.keras.targets import ALL_RELEASES, targets


class SettingsError(Exception):
    """A setting that means nothing; the message says where it stands and what comes nearest."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What to check, and for which Keras."""

    select: tuple[str, ...] = ()
    """Codes or prefixes to report instead of the rules that are on by default; empty for those."""
    extend_select: tuple[str, ...] = ()
    """Codes or prefixes to report as well."""
    ignore: tuple[str, ...] = ()
    """Codes or prefixes to leave out; a longer prefix in `select` wins over a shorter one here."""
    keras: frozenset[Release] = ALL_RELEASES
    """The Keras releases the code has to be right for."""
    project: bool = True
    """Whether imports are followed into other files of the project."""

    def selects(self, code: str, on_by_default: bool) -> bool:
        """Whether the findings of a rule are wanted."""
        wanted = matches(code, self.select) if self.select else on_by_default or code == CODE_OF_BROKEN_FILE
        wanted = wanted or matches(code, self.extend_select)
        if not wanted or not matches(code, self.ignore):
            return wanted
        return _longest(code, (*self.select, *self.extend_select)) > _longest(code, self.ignore)


def load_settings(folder: Path | None, given: Mapping[str, object]) -> Settings:
    """The settings of `[tool.training-phase]` in the nearest pyproject.toml at or above `folder`, if one is given,
    with those of the command line over them. Raises SettingsError.
    """
    found = _from_pyproject(folder) if folder is not None else {}
    return _settings({**found, **given})


def _from_pyproject(folder: Path) -> dict[str, object]:
    path = next((at / "pyproject.toml" for at in (folder, *folder.parents) if (at / "pyproject.toml").is_file()), None)
    if path is None:
        return {}
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        tools = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    table = tools.get("training-phase", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(f"{path}: tool.training-phase must be a table, not `{table}`")
    known = {field.name.replace("_", "-"): field.name for field in fields(Settings)}
    for key in table:
        if key not in known:
            raise SettingsError(f"{path}: unknown setting `{key}`{nearest(key, known)}")
    return {known[key]: value for key, value in table.items()}


def _settings(values: Mapping[str, object]) -> Settings:
    checked: dict[str, object] = {}
    for name in ("select", "extend_select", "ignore"):
        if name in values:
            checked[name] = _prefixes(name.replace("_", "-"), values[name])
    if "keras" in values:
        try:
            checked["keras"] = targets(values["keras"])
        except ValueError as error:
            raise SettingsError(f"keras {error}") from error
    if "project" in values:
        if not isinstance(values["project"], bool):
            raise SettingsError(f"project must be true or false, not `{values['project']}`")
        checked["project"] = values["project"]
    return Settings(**checked)  # type: ignore[arg-type]


def _prefixes(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise SettingsError(f"{name} must be a list of codes, not `{value}`")
    prefixes = tuple(one.upper() for one in value)
    for unknown in unknown_prefixes(prefixes):
        raise SettingsError(f"{name}: no rule has the code `{unknown}`{nearest(unknown, rule_modules())}")
    return prefixes


def nearest(word: str, known: Mapping[str, object]) -> str:
    """What to say behind "unknown": the known word that comes closest, or nothing."""

    read_as_digits = word.translate(_LOOK_LIKE_DIGITS)
    if word[:3] + read_as_digits[3:] in known:
        return f"; did you mean `{word[:3] + read_as_digits[3:]}`?"

    def likeness(other: str) -> tuple[float, int]:
        # Of codes that share as many characters, the one that has them in the same places.
        return difflib.SequenceMatcher(None, other, word).ratio(), sum(map(str.__eq__, word, other))

    found = difflib.get_close_matches(word, known, n=max(len(known), 1))
    return f"; did you mean `{max(found, key=likeness)}`?" if found else ""


_LOOK_LIKE_DIGITS = str.maketrans("OILSB", "01158")


def _longest(code: str, prefixes: tuple[str, ...]) -> int:
    return max((len(prefix) for prefix in prefixes if prefix != "ALL" and code.startswith(prefix)), default=-1)
