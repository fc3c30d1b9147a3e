"""The settings as options of flake8, on its command line and in its files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from flake8_training_phase.configuration.declaration import Setting
from flake8_training_phase.configuration.kinds import Choice, Switch
from flake8_training_phase.settings import declared

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

_PREFIX = "training-phase-"


def offered() -> dict[str, Setting]:
    """The settings that flake8 has options for, by key."""
    return {key: one for key, one in declared().items() if one.in_flake8}


def add_options(manager: OptionManager) -> None:
    """Add an option for each of them; those that are not given are None."""
    for one in offered().values():
        _add(manager, one)


def given_options(options: argparse.Namespace) -> dict[str, object]:
    """The settings that were given, by key."""
    values = {key: getattr(options, _name(one)) for key, one in offered().items()}
    return {key: value for key, value in values.items() if value is not None}


def _name(one: Setting) -> str:
    """The attribute of an option: flake8 makes it from the option's name when the option stands in a file."""
    return f"{_PREFIX}{one.key}".replace("-", "_")


def _add(manager: OptionManager, one: Setting) -> None:
    option, text = f"--{_PREFIX}{one.key}", f"{one.help}{one.default_text}"
    if isinstance(one.kind, Switch):
        manager.add_option(option, action="store_true", default=None, parse_from_config=True, help=text)
        off = f"--{_PREFIX}no-{one.key}"
        manager.add_option(off, action="store_false", dest=_name(one), default=None, help="do not")
    elif isinstance(one.kind, Choice):
        choices = list(one.kind.values)
        manager.add_option(option, choices=choices, default=None, parse_from_config=True, help=text)
    else:
        manager.add_option(
            option,
            metavar=one.kind.metavar,
            default=None,
            parse_from_config=True,
            comma_separated_list=True,
            help=text,
        )
