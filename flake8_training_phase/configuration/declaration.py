"""How a setting is declared: once, as a field of `Settings`, from which every front end takes what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, field, fields
from typing import Any, NamedTuple

from flake8_training_phase.configuration.kinds import SettingKind

_DECLARED = "setting"


class Setting(NamedTuple):
    """One setting as front ends see it. The command line and pyproject.toml offer all of them."""

    name: str
    """Its field in `Settings`: `extend_select`."""
    kind: SettingKind
    help: str
    default: object
    in_flake8: bool
    """Whether flake8 has an option for it; what it does not have one for is flake8's own to decide."""
    whole_run: bool
    """Whether it holds for a run of the command, not for a file: it is read where the command is run."""

    @property
    def key(self) -> str:
        """Its name for users: `extend-select`."""
        return self.name.replace("_", "-")

    @property
    def default_text(self) -> str:
        """The default as the help shows it; nothing for one that is too long, or says nothing."""
        shown = self.kind.shown(self.default)
        if isinstance(shown, bool):
            shown = "on" if shown else "off"
        return f" (default: {shown})" if isinstance(shown, str) and shown else ""


def setting(default: object, kind: SettingKind, help: str, *, flake8: bool = False, whole_run: bool = False) -> Any:
    """A field of `Settings` that users can set."""
    return field(default=default, metadata={_DECLARED: (kind, help, flake8, whole_run)})


def settings_of(owner: type[Any]) -> Iterator[Setting]:
    """The settings that a class declares, in order."""
    for one in fields(owner):
        if _DECLARED in one.metadata:
            yield _setting(one)


def _setting(one: Field[Any]) -> Setting:
    kind, text, flake8, whole_run = one.metadata[_DECLARED]
    return Setting(one.name, kind, text, one.default, flake8, whole_run)
