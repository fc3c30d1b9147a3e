"""training-phase-fix: options in, exit code out."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from flake8_training_phase import __version__, codes
from flake8_training_phase.command.parser import ERROR, Parser
from flake8_training_phase.command.run import Run
from flake8_training_phase.command.wishes import add_wishes, wishes_of
from flake8_training_phase.configuration.command_line import add_settings, given_settings
from flake8_training_phase.configuration.errors import SettingsError, nearest
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.show import shown
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.output.report import FileError
from flake8_training_phase.printable import printable, printable_path
from flake8_training_phase.runs.cache import CACHE_VARIABLE, Cache, default_folder
from flake8_training_phase.runs.examiner import Examiner, available_cores
from flake8_training_phase.sources.discovery import discover

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells give it."""
CUT_SHORT = 141
"""The exit code when nobody reads the output to its end, as shells give it."""

_EPILOG = """exit codes: 0 nothing is left to report, 1 findings remain (or would be fixed, under --check and --diff),
2 an error such as a missing path"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    if sys.stderr is None:  # It was closed.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open to the end
    if sys.stdout is None:
        return _cannot_write("it is closed")
    try:
        code = _main(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("training-phase-fix: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Who reads the output, `head` for example, has seen enough.
        _drop_output()
        return CUT_SHORT
    except OSError as error:
        _drop_output()
        return _cannot_write(error.strerror or str(error))
    return code


def _cannot_write(reason: str) -> int:
    with contextlib.suppress(OSError):
        print(f"training-phase-fix: standard output cannot be written: {reason}", file=sys.stderr)
    return ERROR


def _drop_output() -> None:
    """See to it that what is left of the output is not tried again at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _main(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    options = parser.read(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A file name that is no text, or a character the terminal does not have, must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if options.explain is not None:
        return _explain(options.explain)
    if options.list_rules:
        return _list_rules()
    if "-" in options.paths and options.paths != ["-"]:
        parser.error("- stands for standard input and cannot be given with other paths")
    try:
        return _run(options)
    except SettingsError as error:
        parser.error(str(error))


def _run(options: argparse.Namespace) -> int:
    """Do what the options ask for; gives the exit code. Raises SettingsError before any file is written."""
    configuration = Configuration(given_settings(options), config=options.config, isolated=options.isolated)
    paths = [Path(options.stdin_filename if path == "-" else path) for path in options.paths or ["."]]
    if options.show_settings:
        return _show_settings(paths, configuration)
    if options.show_files:
        return _show_files(paths, configuration, options.force_exclude)
    wishes = wishes_of(options)
    cache = Cache(options.cache_dir or default_folder())
    progress = Progress(sys.stderr)
    examiner = Examiner(options.jobs, cache=cache, on_done=progress.advance)
    run = Run(configuration, wishes, examiner, progress, options.force_exclude)
    if options.paths == ["-"]:
        return run.standard_input(sys.stdin.buffer.read(), options.stdin_filename)
    return run.paths(paths)


def _parser() -> Parser:
    parser = Parser(
        prog="training-phase-fix",
        description="Find lost `training` flags in Keras code and fix them in place.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files and folders (default: this folder); - for standard input")
    add_wishes(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--config", type=Path, metavar="FILE", help="read the settings from this file, not from a pyproject.toml above"
    )
    where.add_argument("--isolated", action="store_true", help="read no settings from files")
    add("--force-exclude", action="store_true", help="leave out what is excluded even when it is named as a PATH")
    add("--show-settings", action="store_true", help="print the settings for each PATH and where they are from")
    add("--show-files", action="store_true", help="print the files that would be checked")
    add("--stdin-filename", default="-", metavar="NAME", help="the name to report standard input under")
    add(
        "-j",
        "--jobs",
        type=_jobs,
        metavar="N",
        default="auto",
        help="processes to use (default: auto, as many as cores)",
    )
    add(
        "--cache-dir",
        type=Path,
        metavar="FOLDER",
        help=f"where results are kept (default: ${CACHE_VARIABLE}, or the user's cache folder)",
    )
    add("--explain", metavar="CODE", help="print the page of a rule")
    add("--list-rules", action="store_true", help="print every rule")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    add_settings(parser)
    return parser


def _show_settings(paths: Sequence[Path], configuration: Configuration) -> int:
    for path in paths:
        folder = path if os.path.isdir(path) else path.parent  # noqa: PTH112 - never raise
        print("\n".join(shown(str(path), configuration.for_folder(folder))))
    return 0


def _show_files(paths: Sequence[Path], configuration: Configuration, force_exclude: bool) -> int:
    failed: list[Path] = []

    def on_error(path: Path, error: OSError) -> None:
        failed.append(path)
        print(FileError(path, f"cannot be read: {error.strerror or error}"), file=sys.stderr)

    for path, _ in discover(paths, configuration, on_error, force_exclude):
        print(printable_path(path))
    return ERROR if failed else 0


def _jobs(given: str) -> int:
    if given == "auto":
        return available_cores()
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1, or auto, not `{given}`")
    return int(given)


def _explain(code: str) -> int:
    from flake8_training_phase.rules import rule

    try:
        page = rule(code.upper())
    except KeyError:
        known = nearest(code.upper(), codes.rule_modules())
        print(f"training-phase-fix: no rule has the code `{printable(code)}`{known}", file=sys.stderr)
        return ERROR
    print(f"# {page.code} {page.name}\n\n{page.page}")
    return 0


def _list_rules() -> int:
    from flake8_training_phase.rules import all_rules

    for rule in all_rules():
        state = "" if rule.on_by_default else " (off by default)"
        print(f"{rule.code}  {rule.name:32}{rule.severity.value:8}  {rule.summary}{state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
