"""The settings as options of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Container
from typing import Any

from flake8_training_phase.configuration.declaration import Setting
from flake8_training_phase.configuration.kinds import FilePath, Format, Imports, Paths, PerFile, Switch, split
from flake8_training_phase.configuration.settings import declared
from flake8_training_phase.output.formats import formats


def add_settings(parser: argparse.ArgumentParser, keys: Container[str] | None = None) -> None:
    """Add an option for each setting, or for some; those that are not given are None."""
    group = parser.add_argument_group("settings", "override [tool.training-phase] in pyproject.toml")
    for one in declared().values():
        if keys is not None and one.key not in keys:
            continue
        group.add_argument(f"--{one.key}", dest=one.name, default=None, help=_help(one), **_how(one))
        if isinstance(one.kind, Imports):
            group.add_argument(
                f"--no-{one.key}",
                dest=one.name,
                action="store_const",
                const=False,
                default=None,
                help="follow no imports",
            )


def given_settings(options: argparse.Namespace) -> dict[str, object]:
    """The settings that were given, by key."""
    values = {key: getattr(options, one.name, None) for key, one in declared().items()}
    return {key: value for key, value in values.items() if value is not None}


def _help(one: Setting) -> str:
    return f"{one.help}{one.default_text}".replace("%", "%%")


def _how(one: Setting) -> dict[str, Any]:
    if isinstance(one.kind, Switch):
        return {"action": argparse.BooleanOptionalAction}
    if isinstance(one.kind, Format):
        return {"metavar": f"{{{','.join(formats())}}}"}
    if isinstance(one.kind, FilePath):
        return {"metavar": one.kind.metavar}
    if isinstance(one.kind, Imports):
        return {"type": split, "metavar": one.kind.metavar}
    if isinstance(one.kind, PerFile):
        return {"action": "append", "metavar": one.kind.metavar}
    return {
        "action": "extend",
        "type": _by_commas if isinstance(one.kind, Paths) else split,
        "metavar": one.kind.metavar,
    }


def _by_commas(text: str) -> list[str]:
    """Patterns, which may contain spaces."""
    return [word for part in text.split(",") if (word := part.strip())]
