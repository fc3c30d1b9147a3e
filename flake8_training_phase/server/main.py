"""training-phase-lsp: the language server on standard input and output."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from flake8_training_phase import __version__

ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve one editor until it says that it is done; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="training-phase-lsp",
        description="Language server that shows lost `training` flags in Keras code, and fixes them.",
        allow_abbrev=False,
    )
    parser.add_argument("--stdio", action="store_true", help="talk on standard input and output, as it always does")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.parse_args(arguments)
    if find_spec("pygls") is None:
        print(
            "training-phase-lsp: the extra `lsp` is not installed: pip install 'flake8-training-phase[lsp]'",
            file=sys.stderr,
        )
        return ERROR
    from flake8_training_phase.server.features import Server

    Server().start_io()
    return 0


if __name__ == "__main__":
    sys.exit(main())
