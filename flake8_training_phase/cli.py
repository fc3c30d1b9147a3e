"""training-phase-fix: options in, exit code out."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from flake8_training_phase import __version__, codes
from flake8_training_phase.keras.targets import FORMS
from flake8_training_phase.session import Mode, Session
from flake8_training_phase.settings import SettingsError, load_settings, nearest

ERROR = 2
"""The exit code for a wrong option or an unreadable path."""

_EPILOG = """exit codes: 0 nothing is left to report, 1 findings remain (or would be fixed, under --check and --diff),
2 an error such as a missing path"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
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
    if options.diff and options.output_format != "text":
        parser.error("--diff prints a diff and cannot be given with --output-format")
    mode = Mode.DIFF if options.diff else Mode.CHECK if options.check else Mode.FIX
    session = Session(settings, mode, options.unsafe_fixes, options.output_format)
    if options.paths == ["-"]:
        return session.run_stdin(sys.stdin.buffer.read(), options.stdin_filename)
    if "-" in options.paths:
        parser.exit(ERROR, "training-phase-fix: - stands for standard input and cannot be given with other paths\n")
    return session.run([Path(path) for path in options.paths or ["."]])


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
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="report and write nothing")
    what.add_argument("--diff", action="store_true", help="print what would change as a unified diff, write nothing")
    add("--select", type=_codes, metavar="CODES", help="codes or prefixes to report instead of the default, or ALL")
    add("--extend-select", type=_codes, metavar="CODES", help="codes or prefixes to report as well")
    add("--ignore", type=_codes, metavar="CODES", help="codes or prefixes to leave out")
    add("--keras", metavar="VERSIONS", help=f"Keras the code has to be right for: {FORMS} (default: all)")
    add("--no-project", dest="project", action="store_false", default=None, help="follow no import into other files")
    add("--isolated", action="store_true", help="read no pyproject.toml")
    add("--stdin-filename", default="-", metavar="NAME", help="the name to report standard input under")
    add("--output-format", choices=["text", "json"], default="text")
    add("--explain", metavar="CODE", help="print the page of a rule")
    add("--list-rules", action="store_true", help="print every rule")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def _codes(given: str) -> tuple[str, ...]:
    return tuple(code for code in given.replace(",", " ").split() if code)


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
