"""training-phase-fix: options in, exit code out."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from flake8_training_phase import __version__, codes
from flake8_training_phase.adoption.baseline import Baseline, BaselineError
from flake8_training_phase.adoption.silencing import DEFAULT_REASON
from flake8_training_phase.cache import CACHE_VARIABLE, Cache, default_folder
from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.destination import Destination
from flake8_training_phase.output.progress import Progress
from flake8_training_phase.parallel import Examiner, available_cores
from flake8_training_phase.reporters import formats
from flake8_training_phase.run import Mode, Run, Wishes
from flake8_training_phase.settings import KERAS_CHOICES, SettingsError, load_settings, nearest

ERROR = 2
"""The exit code for a wrong option or an unreadable path."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells give it."""

_EPILOG = """exit codes: 0 nothing is left to report, 1 findings remain (or would be fixed, under --check and --diff),
2 an error such as a missing path"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        print("training-phase-fix: interrupted", file=sys.stderr)
        return INTERRUPTED


def _main(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        # A file name that is no text, or a character the terminal does not have, must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if options.explain is not None:
        return _explain(options.explain)
    if options.list_rules:
        return _list_rules()
    asked = {
        "select": options.select,
        "extend_select": options.extend_select,
        "ignore": options.ignore,
        "keras": options.keras,
        "project": options.project,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    try:
        settings = load_settings(None if options.isolated else Path.cwd(), given)
    except SettingsError as error:
        parser.exit(ERROR, f"training-phase-fix: {error}\n")
    wishes = _wishes(options, parser)
    cache = None if options.no_cache else Cache(options.cache_dir or default_folder())
    progress = Progress(sys.stderr)
    run = Run(settings, wishes, Examiner(options.jobs, cache=cache, on_done=progress.advance), progress)
    if options.paths == ["-"]:
        return run.standard_input(sys.stdin.buffer.read(), options.stdin_filename)
    if "-" in options.paths:
        parser.exit(ERROR, "training-phase-fix: - stands for standard input and cannot be given with other paths\n")
    return run.paths([Path(path) for path in options.paths or ["."]])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="training-phase-fix",
        description="Find lost `training` flags in Keras code and fix them in place.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="*", help="files and folders (default: this folder); - for standard input")
    add("--unsafe-fixes", action="store_true", help="make the unsafe fixes as well")
    _add_modes(parser)
    add("--select", type=_codes, metavar="CODES", help="codes or prefixes to report instead of the default, or ALL")
    add("--extend-select", type=_codes, metavar="CODES", help="codes or prefixes to report as well")
    add("--ignore", type=_codes, metavar="CODES", help="codes or prefixes to leave out")
    add("--keras", choices=sorted(KERAS_CHOICES), help="Keras versions the code has to be right for (default: all)")
    add("--no-project", dest="project", action="store_false", default=None, help="follow no import into other files")
    add("--isolated", action="store_true", help="read no pyproject.toml")
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
    add("--no-cache", action="store_true", help="keep no results, and use none of an earlier run")
    add("--explain", metavar="CODE", help="print the page of a rule")
    add("--list-rules", action="store_true", help="print every rule")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    _add_output_options(parser.add_argument_group("output"))
    return parser


def _add_modes(parser: argparse.ArgumentParser) -> None:
    modes = parser.add_mutually_exclusive_group()
    add = partial(modes.add_argument, dest="mode", action="store_const", default=Mode.FIX)
    add("--check", const=Mode.CHECK, help="report and write nothing")
    add("--diff", const=Mode.DIFF, help="print what would change as a unified diff, write nothing")
    add("--add-noqa", const=Mode.SILENCE, help="silence what is found with `# noqa` comments, fix nothing")
    modes.add_argument(
        "--write-baseline", type=Path, metavar="FILE", help="accept what is found: write it to a file, fix nothing"
    )
    parser.add_argument(
        "--reason",
        type=_line,
        metavar="TEXT",
        default=DEFAULT_REASON,
        help="what --add-noqa writes behind the codes (default: %(default)s)",
    )
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="leave alone what --write-baseline has accepted")


def _add_output_options(group: argparse._ArgumentGroup) -> None:
    formats_group = group.add_mutually_exclusive_group()
    formats_group.add_argument("--output-format", choices=formats(), help="how findings are shown (default: text)")
    formats_group.add_argument(
        "--statistics",
        dest="output_format",
        action="store_const",
        const="statistics",
        help="show how often each rule speaks, instead of the findings",
    )
    add = group.add_argument
    add("--output-file", type=Path, metavar="FILE", help="write the report to a file")
    add(
        "--color",
        type=Colour,
        choices=list(Colour),
        metavar="{auto,always,never}",
        default=Colour.AUTO,
        help="default: on a terminal, unless NO_COLOR is set",
    )
    exits = group.add_mutually_exclusive_group()
    exits.add_argument("--exit-zero", action="store_true", help="exit with 0 although there are findings")
    exits.add_argument(
        "--exit-non-zero-on-fix", action="store_true", help="exit with 1 when files were changed, whatever is left"
    )


def _wishes(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Wishes:
    """What the options ask for; ends the command when they contradict each other or name no baseline."""
    mode = options.mode if options.write_baseline is None else Mode.ACCEPT
    if mode is Mode.DIFF and options.output_format is not None:
        parser.error("--diff prints a diff and cannot be given with --output-format or --statistics")
    if mode is Mode.ACCEPT and (options.baseline or options.output_format or options.output_file):
        parser.error("--write-baseline reports nothing and cannot be given with --baseline or output options")
    wishes = Wishes(
        mode=mode,
        unsafe=options.unsafe_fixes,
        output_format=options.output_format or "text",
        destination=Destination(options.output_file, options.color),
        reason=options.reason,
        exit_zero=options.exit_zero,
        exit_non_zero_on_fix=options.exit_non_zero_on_fix,
    )
    if mode is Mode.ACCEPT:
        return replace(wishes, new_baseline=options.write_baseline)
    if options.baseline is None:
        return wishes
    try:
        return replace(wishes, baseline=Baseline.read(options.baseline))
    except OSError as error:
        parser.exit(ERROR, f"{options.baseline}: cannot be read: {error.strerror or error}\n")
    except BaselineError as error:
        parser.exit(ERROR, f"{options.baseline}: {error}\n")


def _codes(given: str) -> tuple[str, ...]:
    return tuple(code for code in given.replace(",", " ").split() if code)


def _line(given: str) -> str:
    if len(given.splitlines()) > 1:
        raise argparse.ArgumentTypeError("must be a single line")
    return given.strip()


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
        print(
            f"training-phase-fix: no rule has the code `{code}`{nearest(code.upper(), codes.rule_modules())}",
            file=sys.stderr,
        )
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
