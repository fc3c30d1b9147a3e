"""The parser of the command line: mistakes are reported in one line, with the known word that comes closest."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from flake8_training_phase.configuration.errors import nearest
from flake8_training_phase.printable import printable

ERROR = 2
"""The exit code for a wrong option or an unreadable path."""


class UsageError(Exception):
    """A command line that means nothing."""


class Parser(argparse.ArgumentParser):
    """Reads options and paths in any order."""

    def __init__(self, **options: Any) -> None:
        # `--uns` must not apply unsafe fixes.
        super().__init__(allow_abbrev=False, **options)

    def read(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The options; ends the process for `--help` and `--version`. Raises UsageError."""
        words = sys.argv[1:] if arguments is None else arguments
        options, unknown = self.parse_known_intermixed_args(_without_marks(words))
        if unknown:
            name = unknown[0].partition("=")[0]
            self.error(f"unknown option `{name}`{nearest(name, self._option_string_actions)}")
        return options

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(printable(message))


def refuse_empty(paths: Sequence[str]) -> None:
    """Raise UsageError for an empty path, which would mean this folder: `training-phase-fix "$FILE"` must not fix all
    of it where the variable is not set.
    """
    if "" in paths:
        raise UsageError("a PATH is empty; `.` is this folder")


def standard_input() -> bytes:
    """What `-` stands for. Raises UsageError where there is none."""
    if sys.stdin is None:
        raise UsageError("- stands for standard input, which is closed")
    return sys.stdin.buffer.read()


def _without_marks(words: Sequence[str]) -> list[str]:
    """The words with those after `--` as paths, which argparse takes for options when it reads both in any order."""
    end = words.index("--") if "--" in words else len(words)
    here = f"{os.curdir}{os.sep}"
    paths = [f"{here}{one}" if one.startswith("-") and one != "-" else one for one in words[end + 1 :]]
    return [*words[:end], *paths]


def file_to_write(given: str) -> Path:
    """Reads the name of a file; `-` would be one of that name."""
    if given == "-":
        raise argparse.ArgumentTypeError("must be the name of a file, not `-`")
    return Path(given)


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(given: str) -> str:
        if given not in words:
            known = f"{', '.join(words[:-1])} or {words[-1]}"
            raise argparse.ArgumentTypeError(f"must be {known}, not `{given}`{nearest(given, words)}")
        return given

    return read
