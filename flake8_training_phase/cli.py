"""training-phase-fix and training-phase-check: options in, exit code out."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from flake8_training_phase import __version__
from flake8_training_phase.command.exits import ended
from flake8_training_phase.command.options import CommandMode, Verbosity, add_run_options, run_options
from flake8_training_phase.command.parser import ERROR, Parser, UsageError, one_of, refuse_empty, standard_input
from flake8_training_phase.command.run import CommandRun
from flake8_training_phase.configuration.command_line import add_settings, given_settings
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.show import shown
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.output.report import FileError
from flake8_training_phase.printable import printable_path
from flake8_training_phase.runs.cache import CACHE_VARIABLE, Cache
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.runs.examiner import Examiner, available_cores

_NAMES = {CommandMode.FIX: "training-phase-fix", CommandMode.CHECK: "training-phase-check"}
_DESCRIPTIONS = {
    CommandMode.FIX: "Find lost `training` flags in Keras code and fix them in place.",
    CommandMode.CHECK: "Find lost `training` flags in Keras code. Writes nothing; training-phase-fix does.",
}
_EPILOG = """exit codes: 0 nothing is left to report, 1 findings remain (or would be fixed, under --check and --diff),
2 an error such as a missing path"""
_SHELLS = ("bash", "zsh", "tcsh")
_WITHOUT_FIXED_TEXT = ("--check", "--diff", "--write-baseline", "--output-format", "--statistics")
"""Options of a run that does not turn standard input into fixed text on standard output."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run training-phase-fix; gives its exit code."""
    return _command(CommandMode.FIX, arguments)


def check(arguments: Sequence[str] | None = None) -> int:
    """Run training-phase-check, which never writes to a checked file; gives its exit code."""
    return _command(CommandMode.CHECK, arguments)


def _command(default: CommandMode, arguments: Sequence[str] | None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)

    def give_back() -> None:
        if default is CommandMode.FIX and _is_filter(words):
            _give_back_standard_input()

    return ended(_NAMES[default], lambda: _parsed_and_run(default, words), give_back)


def _parsed_and_run(default: CommandMode, words: Sequence[str]) -> int:
    parser = _parser(default)
    options = parser.read(words)
    for stream in (sys.stdout, sys.stderr):
        # A file name that is no text, or a character the terminal does not have, must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if options.print_completion is not None:
        return _print_completion(parser, options.print_completion)
    if options.explain is not None or options.list_rules:
        if options.output_file is not None:
            raise UsageError("rules are printed to standard output, not to an --output-file")
        from flake8_training_phase.command import rule_pages

        shown_as = options.output_format or "text"
        print(rule_pages.listed(shown_as) if options.list_rules else rule_pages.explained(options.explain, shown_as))
        return 0
    if options.write_catalogue is not None:
        from flake8_training_phase.command.catalogue import write_catalogue

        return write_catalogue(options.write_catalogue, options.output_file)
    if "-" in options.paths and options.paths != ["-"]:
        raise UsageError("- stands for standard input and cannot be given with other paths")
    if not options.paths and not (options.show_settings or options.show_files):
        raise UsageError(f"no PATH was given; `.` is this folder\n{parser.format_usage().rstrip()}")
    refuse_empty(options.paths)
    paths = [Path(options.stdin_filename if path == "-" else path) for path in options.paths or ["."]]
    if options.watch:
        return _watch(options, paths, default)
    return _run(options, paths, default)


def _run(options: argparse.Namespace, paths: Sequence[Path], default: CommandMode) -> int:
    """Do what the options ask for; gives the exit code. Raises SettingsError before any file is written."""
    configuration = Configuration(given_settings(options), config=options.config, isolated=options.isolated)
    if options.show_settings:
        return _show_settings(paths, configuration)
    if options.show_files:
        return _show_files(paths, configuration, options.force_exclude)
    for_run = run_options(options, configuration.for_folder(Path()).settings, default)
    cache = Cache(options.cache_dir)
    progress = Progress(sys.stderr)
    examiner = Examiner(options.jobs, cache=cache, on_done=progress.advance)
    run = CommandRun(configuration, for_run, examiner, progress, options.force_exclude)
    if options.paths == ["-"]:
        return run.standard_input(standard_input(), options.stdin_filename)
    return run.paths(paths)


def _watch(options: argparse.Namespace, paths: Sequence[Path], default: CommandMode) -> int:
    """Run again and again until Ctrl-C. Raises SettingsError for what no later change can put right."""
    if options.paths == ["-"]:
        raise UsageError("--watch needs files or folders, not standard input")
    if missing := [path for path in paths if not os.path.exists(path)]:  # noqa: PTH110 - never raise
        raise UsageError(f"--watch needs files or folders that are there, not {missing[0]}")
    from flake8_training_phase.command.watch import rounds

    for _ in rounds(paths):
        try:
            _run(options, paths, default)
        except SettingsError as error:
            # The next change may be the one that puts the settings right.
            print(f"{_NAMES[default]}: {error}", file=sys.stderr)
        if options.verbosity is not Verbosity.QUIET:
            print(f"[{time.strftime('%H:%M:%S')}] waiting for changes, Ctrl-C to stop", file=sys.stderr)
        sys.stdout.flush()
    return 0


def _is_filter(words: Sequence[str]) -> bool:
    """Whether standard output is read as the fixed text: by an editor, which replaces its text with it."""
    return "-" in words and not any(word.partition("=")[0] in _WITHOUT_FIXED_TEXT for word in words)


def _give_back_standard_input() -> None:
    if sys.stdin is not None and not sys.stdin.isatty():
        sys.stdout.buffer.write(sys.stdin.buffer.read())
        sys.stdout.buffer.flush()


def _parser(default: CommandMode) -> Parser:
    parser = Parser(
        prog=_NAMES[default],
        usage="%(prog)s [OPTIONS] PATH [PATH ...]",
        description=_DESCRIPTIONS[default],
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files and folders; - for standard input")
    add_run_options(parser, default)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--config", type=Path, metavar="FILE", help="read the settings from this file, not from a pyproject.toml above"
    )
    where.add_argument("--isolated", action="store_true", help="read no settings from files")
    add("--force-exclude", action="store_true", help="skip excluded files even when they are named as a PATH")
    add("--watch", action="store_true", help="run again whenever a file changes, until Ctrl-C")
    add("--show-settings", action="store_true", help="print the effective settings for each PATH, and their origin")
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
    add("--explain", metavar="RULE", help="print the pages of a rule, by code, name or prefix; ALL for all")
    add("--list-rules", action="store_true", help="print every rule")
    add(
        "--print-completion",
        type=one_of(_SHELLS),
        metavar=f"{{{','.join(_SHELLS)}}}",
        help="print a completion script for a shell",
    )
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


def _print_completion(parser: Parser, shell: str) -> int:
    try:
        import shtab
    except ImportError as error:
        missing = "--print-completion needs shtab: pip install 'flake8-training-phase[completion]'"
        raise SettingsError(missing) from error
    print(shtab.complete(parser, shell))
    return 0


def _jobs(given: str) -> int:
    if given == "auto":
        return available_cores()
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"must be a number from 1, or auto, not `{given}`")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
