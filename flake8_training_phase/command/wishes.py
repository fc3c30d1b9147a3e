"""What a run is asked for beside the settings: what it does, what it shows, and its exit code."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path

from flake8_training_phase.adoption.baseline import EMPTY, Baseline, BaselineError
from flake8_training_phase.command.parser import one_of
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.destination import Destination
from flake8_training_phase.reporters import formats

DEFAULT_REASON = "older than this check"
"""What stands behind the codes of `# noqa` comments when nobody gives a reason."""


class Mode(Enum):
    """What a run does with what it finds."""

    FIX = "fix"
    CHECK = "check"
    DIFF = "diff"
    SILENCE = "silence"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run is asked for."""

    mode: Mode = Mode.FIX
    unsafe: bool = False
    """Whether unsafe fixes are made as well."""
    output_format: str = "text"
    destination: Destination = field(default_factory=Destination)
    """Where the report goes, or the new baseline."""
    baseline: Baseline = EMPTY
    """The findings that are neither reported nor fixed."""
    reason: str = DEFAULT_REASON
    """What stands in `# noqa` comments."""
    exit_zero: bool = False
    """Whether findings leave the exit code at 0."""
    exit_non_zero_on_fix: bool = False
    """Whether changed files give exit code 1, even when nothing is left."""


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--unsafe-fixes", action="store_true", help="make the unsafe fixes as well")
    modes = parser.add_mutually_exclusive_group()
    add_mode = partial(modes.add_argument, dest="mode", action="store_const", default=Mode.FIX)
    add_mode("--check", const=Mode.CHECK, help="report and write nothing")
    add_mode("--diff", const=Mode.DIFF, help="print what would change as a unified diff, write nothing")
    _add_output(parser.add_argument_group("output"))
    group = parser.add_argument_group("findings that are there already")
    add_mode("--add-noqa", const=Mode.SILENCE, help="silence what is found with `# noqa` comments, fix nothing")
    modes.add_argument("--write-baseline", type=Path, metavar="FILE", help="accept what is found, fix nothing")
    group.add_argument("--baseline", type=Path, metavar="FILE", help="leave alone what --write-baseline has accepted")
    reason = "what --add-noqa writes behind the codes (default: %(default)s)"
    group.add_argument("--reason", type=_line, metavar="TEXT", default=DEFAULT_REASON, help=reason)


def wishes_of(options: argparse.Namespace) -> Wishes:
    """What the options ask for. Raises SettingsError when they contradict each other, or name no baseline."""
    mode = options.mode if options.write_baseline is None else Mode.ACCEPT
    if mode is Mode.DIFF and options.output_format is not None:
        raise SettingsError("--diff prints a diff and cannot be given with --output-format or --statistics")
    if mode is Mode.ACCEPT and (options.baseline or options.output_format or options.output_file):
        raise SettingsError("--write-baseline reports nothing and cannot be given with --baseline or output options")
    return Wishes(
        mode=mode,
        unsafe=options.unsafe_fixes,
        output_format=options.output_format or "text",
        destination=Destination(options.write_baseline or options.output_file, Colour(options.color)),
        baseline=EMPTY if options.baseline is None else _baseline(options.baseline),
        reason=options.reason,
        exit_zero=options.exit_zero,
        exit_non_zero_on_fix=options.exit_non_zero_on_fix,
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    shown = group.add_mutually_exclusive_group()
    known = formats()
    shown.add_argument(
        "--output-format",
        type=one_of(known),
        metavar=f"{{{','.join(known)}}}",
        help="how findings are shown (default: text)",
    )
    shown.add_argument(
        "--statistics",
        dest="output_format",
        action="store_const",
        const="statistics",
        help="show how often each rule speaks, instead of the findings",
    )
    group.add_argument("--output-file", type=Path, metavar="FILE", help="write the report to a file")
    group.add_argument(
        "--color",
        type=one_of([one.value for one in Colour]),
        metavar="{auto,always,never}",
        default=Colour.AUTO.value,
        help="default: auto, on a terminal unless NO_COLOR is set",
    )
    exits = group.add_mutually_exclusive_group()
    exits.add_argument("--exit-zero", action="store_true", help="exit with 0 although there are findings")
    exits.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit with 1 when files were changed")


def _line(given: str) -> str:
    if len(given.splitlines()) > 1:
        raise argparse.ArgumentTypeError("must be a single line")
    return given.strip()


def _baseline(path: Path) -> Baseline:
    try:
        return Baseline.read(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except BaselineError as error:
        raise SettingsError(f"{path}: {error}") from error
