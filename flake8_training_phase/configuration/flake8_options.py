"""The settings as options of flake8, on its command line and in its files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_training_phase.configuration.declaration import Setting
from flake8_training_phase.configuration.kinds import FilePath, Imports, Switch
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import declared

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

_PREFIX = "training-phase-"


def offered() -> dict[str, Setting]:
    """The settings that flake8 has options for, by key. What is missing is flake8's own: what it checks and shows."""
    return {key: one for key, one in declared().items() if one.in_flake8}


def add_options(manager: OptionManager) -> None:
    """Add an option for each of them, and for where the others are read; those that are not given are None."""
    for one in offered().values():
        _add(manager, one)
    manager.add_option(
        f"--{_PREFIX}config",
        metavar="FILE",
        default=None,
        parse_from_config=True,
        normalize_paths=True,
        help="read [tool.training-phase] from this file, not from a pyproject.toml above",
    )
    # flake8 keeps its own `--isolated` to itself.
    manager.add_option(
        f"--{_PREFIX}isolated",
        action="store_true",
        default=False,
        parse_from_config=True,
        help="read no pyproject.toml",
    )


def configuration(options: argparse.Namespace) -> Configuration:
    """What flake8 was asked for. Raises SettingsError."""
    values = {key: getattr(options, _name(one)) for key, one in offered().items()}
    config = options.training_phase_config
    return Configuration(
        {key: value for key, value in values.items() if value is not None},
        front_end="flake8",
        config=None if config is None else Path(config),
        isolated=options.training_phase_isolated,
        taken=frozenset(offered()),
    )


def _name(one: Setting) -> str:
    """The attribute of an option: flake8 makes it from the option's name when the option is in a file."""
    return f"{_PREFIX}{one.key}".replace("-", "_")


def _add(manager: OptionManager, one: Setting) -> None:
    option, text = f"--{_PREFIX}{one.key}", f"{one.help}{one.default_text}"
    if isinstance(one.kind, Switch):
        manager.add_option(option, action="store_true", default=None, parse_from_config=True, help=text)
    else:
        manager.add_option(
            option,
            metavar=one.kind.metavar,
            default=None,
            parse_from_config=True,
            comma_separated_list=not isinstance(one.kind, FilePath),
            help=text,
        )
    if isinstance(one.kind, (Switch, Imports)):
        off = f"--{_PREFIX}no-{one.key}"
        manager.add_option(off, action="store_false", dest=_name(one), default=None, help=f"do not {one.help}")
