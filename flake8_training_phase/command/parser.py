"""The parser of the command line: what is wrong with it is said in one line, with what comes nearest."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import NoReturn

from flake8_training_phase.configuration.errors import nearest
from flake8_training_phase.printable import printable

ERROR = 2
"""The exit code for a wrong option or an unreadable path."""


class Parser(argparse.ArgumentParser):
    """Reads options and paths in any order."""

    def read(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """The options; ends the process for `--help` and for mistakes."""
        options, unknown = self.parse_known_intermixed_args(arguments)
        if unknown:
            name = unknown[0].partition("=")[0]
            self.error(f"unknown option `{name}`{nearest(name, self._option_string_actions)}")
        return options

    def error(self, message: str) -> NoReturn:
        """End the process with a message."""
        self.exit(ERROR, f"{self.prog}: {printable(message)}\n")


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(given: str) -> str:
        if given not in words:
            known = f"{', '.join(words[:-1])} or {words[-1]}"
            raise argparse.ArgumentTypeError(f"must be {known}, not `{given}`{nearest(given, words)}")
        return given

    return read
