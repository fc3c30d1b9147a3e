"""The options of a run beside the settings: what it does with findings, what it shows, and its exit code."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from pathlib import Path

from flake8_training_phase.adoption.baseline import EMPTY, Baseline, BaselineError
from flake8_training_phase.command.parser import file_to_write, one_of
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.destination import Destination

DEFAULT_REASON = "pre-existing"
"""What is after the codes of `# noqa` comments when no reason is given."""


class CommandMode(Enum):
    """What a run does with what it finds."""

    FIX = "fix"
    CHECK = "check"
    DIFF = "diff"
    ADD_NOQA = "add-noqa"
    WRITE_BASELINE = "write-baseline"

    @property
    def writes_code(self) -> bool:
        """Whether the checked files may change."""
        return self in (CommandMode.FIX, CommandMode.ADD_NOQA)


class Verbosity(Enum):
    """How much is said beside the findings."""

    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of a run."""

    mode: CommandMode = CommandMode.FIX
    unsafe: bool = False
    """Whether unsafe fixes are applied as well."""
    output_format: str = "text"
    format_asked_for: bool = False
    """Whether the format was given as an option, and not only in a file."""
    destination: Destination = field(default_factory=Destination)
    """Where the report goes, or the new baseline."""
    baseline: Baseline = EMPTY
    """The findings that are neither reported nor fixed."""
    reason: str = DEFAULT_REASON
    """What is in `# noqa` comments."""
    exit_zero: bool = False
    """Whether findings leave the exit code at 0."""
    exit_non_zero_on_fix: bool = False
    """Whether changed files give exit code 1, even when nothing is left."""
    fix_only: bool = False
    """Whether what is left is neither reported nor counted for the exit code."""
    show_fixes: bool = False
    """Whether the fixes are listed that were applied."""
    verbosity: Verbosity = Verbosity.NORMAL

    @property
    def explains(self) -> bool:
        """Whether what is unknown is said, and why."""
        return self.verbosity is Verbosity.VERBOSE


def add_run_options(parser: argparse.ArgumentParser, default: CommandMode) -> None:
    """Add the options to the parser of a command that does by default what `default` says."""
    modes = parser.add_mutually_exclusive_group()
    add_mode = partial(modes.add_argument, dest="mode", action="store_const", default=default)
    add_mode("--check", const=CommandMode.CHECK, help="report only, as training-phase-check does")
    add_mode("--diff", const=CommandMode.DIFF, help="print what would change as a unified diff, write nothing")
    add = parser.add_argument
    add("--fix-only", action="store_true", help="apply fixes, do not report what is left, exit with 0")
    add("--show-fixes", action="store_true", help="list the fixes that were applied, or would be")
    _add_output(parser.add_argument_group("output"))
    group = parser.add_argument_group("existing findings")
    add_mode("--add-noqa", const=CommandMode.ADD_NOQA, help="silence findings with `# noqa` comments, fix nothing")
    modes.add_argument("--write-baseline", type=file_to_write, metavar="FILE", help="record all findings, fix nothing")
    modes.add_argument(
        "--write-catalogue",
        metavar="PACKAGE",
        help="write a catalogue of the layers of a package, given by its folder, for the setting `catalogues`",
    )
    reason = "what --add-noqa writes after the codes (default: %(default)s)"
    group.add_argument("--reason", type=_line, metavar="TEXT", default=DEFAULT_REASON, help=reason)


def run_options(options: argparse.Namespace, settings: Settings, default: CommandMode) -> RunOptions:
    """What the options ask for, with the settings for the whole run. Raises SettingsError when options contradict
    each other, or the baseline cannot be read.
    """
    mode = options.mode if options.write_baseline is None else CommandMode.WRITE_BASELINE
    _refuse_contradictions(options, mode, default)
    reads_baseline = mode is not CommandMode.WRITE_BASELINE and settings.baseline is not None
    return RunOptions(
        mode=mode,
        unsafe=settings.unsafe_fixes,
        output_format=settings.output_format,
        format_asked_for=options.output_format is not None,
        destination=Destination(options.write_baseline or options.output_file, Colour(options.color)),
        baseline=_baseline(settings.baseline) if reads_baseline and settings.baseline is not None else EMPTY,
        reason=options.reason,
        exit_zero=options.exit_zero,
        exit_non_zero_on_fix=options.exit_non_zero_on_fix,
        fix_only=options.fix_only,
        show_fixes=options.show_fixes,
        verbosity=options.verbosity,
    )


def _refuse_contradictions(options: argparse.Namespace, mode: CommandMode, default: CommandMode) -> None:
    if default is CommandMode.CHECK and (mode.writes_code or options.fix_only):
        option = "--fix-only" if options.fix_only else f"--{mode.value}"
        raise SettingsError(f"{option} changes files: it is an option of training-phase-fix")
    if options.fix_only and mode not in (CommandMode.FIX, CommandMode.DIFF):
        raise SettingsError(f"--fix-only applies fixes and cannot be given with --{mode.value}")
    if mode is CommandMode.DIFF and options.output_format is not None:
        raise SettingsError("--diff prints a diff and cannot be given with --output-format or --statistics")
    if mode is CommandMode.WRITE_BASELINE and (options.baseline or options.output_format or options.output_file):
        raise SettingsError("--write-baseline reports nothing and cannot be given with --baseline or output options")


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--statistics",
        dest="output_format",
        action="store_const",
        const="statistics",
        help="show the number of findings per rule, instead of the findings",
    )
    group.add_argument("-o", "--output-file", type=file_to_write, metavar="FILE", help="write the report to a file")
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
    add_verbosity = partial(
        group.add_mutually_exclusive_group().add_argument,
        dest="verbosity",
        action="store_const",
        default=Verbosity.NORMAL,
    )
    add_verbosity("-q", "--quiet", const=Verbosity.QUIET, help="print findings and errors only")
    add_verbosity(
        "-v", "--verbose", const=Verbosity.VERBOSE, help="say which files are read, what is unknown in them, and why"
    )


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
