"""training-phase-map: which mode each layer of a model runs in, to look at."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from flake8_training_phase import __version__
from flake8_training_phase.command.exits import ended
from flake8_training_phase.command.parser import (
    ERROR,
    Parser,
    UsageError,
    file_to_write,
    one_of,
    refuse_empty,
    standard_input,
)
from flake8_training_phase.command.writing import write_text
from flake8_training_phase.configuration.command_line import add_settings, given_settings
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.maps.model import Map
from flake8_training_phase.output.colours import Colour
from flake8_training_phase.output.maps import show
from flake8_training_phase.output.maps.text import TextStyle
from flake8_training_phase.printable import printable, printable_path

NAME = "training-phase-map"
_SETTINGS = (
    "keras-versions",
    "follow-imports",
    "python",
    "catalogues",
    "training-layers",
    "layer-bases",
    "model-bases",
    "keras-modules",
    "training-aliases",
)
"""The settings that say what is known of the code."""
_DESCRIPTION = """Show which mode each layer call of a model runs in: in fit(), with training=True, with training=False,
without a flag and in predict(), in Keras 2 and in the releases of Keras 3 that differ. Your code is not run."""
_WITHOUT_TERMINAL = 100
"""The width of text that does not go to a terminal."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    return ended(NAME, lambda: _run(_parser().read(words)))


def _parser() -> Parser:
    parser = Parser(
        prog=NAME,
        usage="%(prog)s [OPTIONS] PATH[::CLASS] [PATH[::CLASS] ...]",
        description=_DESCRIPTION,
        epilog="exit codes: 0 the maps were shown, 2 an error such as a missing path",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "targets",
        metavar="PATH[::CLASS]",
        nargs="*",
        help="a Python file, a notebook or a Markdown file, and a class in it, or the function or variable that makes "
        "a functional or Sequential model; without it: each model or layer that no other of the file runs. - for "
        "standard input",
    )
    add(
        "--format",
        type=one_of(show.FORMATS),
        metavar=f"{{{','.join(show.FORMATS)}}}",
        default="text",
        help="text; a web page; a picture; a flowchart; data (default: text)",
    )
    add("--output-file", type=file_to_write, metavar="FILE", help="write the map to a file")
    add("--full", action="store_true", help="show every call of a long model, folded otherwise")
    add("--width", type=int, metavar="N", help="the width of text (default: COLUMNS, or that of the terminal)")
    add("--ascii", action="store_true", help="text of ASCII characters only")
    add(
        "--color",
        type=one_of([one.value for one in Colour]),
        metavar="{auto,always,never}",
        default=Colour.AUTO.value,
        help="default: auto, on a terminal unless NO_COLOR is set",
    )
    add("--stdin-filename", default="-", metavar="NAME", help="the name of standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--config", type=Path, metavar="FILE", help="read the settings from this file")
    where.add_argument("--isolated", action="store_true", help="read no settings from files")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    add_settings(parser, _SETTINGS)
    return parser


def _run(options: argparse.Namespace) -> int:
    if not options.targets:
        raise UsageError(f"no PATH was given\n{_parser().format_usage().rstrip()}")
    refuse_empty([_parts(target)[0] for target in options.targets])
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    configuration = Configuration(given_settings(options), config=options.config, isolated=options.isolated)
    maps: list[Map] = []
    failed = False
    for target in options.targets:
        path, name = _parts(target)
        try:
            maps += _maps(path, name, options.stdin_filename, configuration)
        except _Unreadable as error:
            failed = True
            named = options.stdin_filename if path == "-" else path
            print(f"{NAME}: {printable_path(named)}: {printable(str(error))}", file=sys.stderr)
    if maps:
        write_text(show.shown(maps, options.format, _style(options)), options.output_file)
    return ERROR if failed else 0


class _Unreadable(Exception):
    """There is no map of a file; the message says why."""


def _parts(target: str) -> tuple[str, str | None]:
    path, separator, name = target.rpartition("::")
    return (path, name) if separator else (target, None)


def _maps(path: str, name: str | None, stdin_name: str, configuration: Configuration) -> list[Map]:
    from flake8_training_phase.maps.static import NoSuchModel, maps_of  # The analysis, not for `--help`.
    from flake8_training_phase.sources.documents import open_document, read_document
    from flake8_training_phase.sources.parsing import AnalysisError

    file = Path(stdin_name if path == "-" else path)
    settings = configuration.for_file(file)
    try:
        document = open_document(stdin_name, standard_input()) if path == "-" else read_document(file)
        maps = maps_of(document, settings, name)
    except OSError as error:
        hint = "; name a file" if isinstance(error, IsADirectoryError) else ""
        raise _Unreadable(f"cannot be read: {error.strerror or error}{hint}") from error
    except SyntaxError as error:
        raise _Unreadable(f"cannot be read: {error.msg or error}") from error
    except AnalysisError as error:
        raise _Unreadable(f"{document.told(f'line {error.position.row}')}: {error}") from error
    except NoSuchModel as error:
        raise _Unreadable(str(error)) from error
    if not maps:
        raise _Unreadable("has no layer with a `call`, and makes no model")
    return maps


def _style(options: argparse.Namespace) -> TextStyle:
    to_file = options.output_file is not None
    colour = Colour(options.color)
    coloured = colour is Colour.ALWAYS if to_file else colour.wanted(sys.stdout)
    fallback = (_WITHOUT_TERMINAL, 24)
    terminal = _WITHOUT_TERMINAL if to_file else shutil.get_terminal_size(fallback).columns
    ascii_only = options.ascii or not (to_file or _has(sys.stdout.encoding, show.NOT_ASCII))
    return TextStyle(options.width or terminal, coloured, ascii_only, options.full)


def _has(encoding: str | None, characters: str) -> bool:
    try:
        characters.encode(encoding or "utf-8")  # A stream of text alone has none.
    except (UnicodeEncodeError, LookupError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
