"""Paths as programs on other machines understand them."""

from __future__ import annotations

import os
from pathlib import Path, PurePath


def below(path: Path, folder: str) -> str:
    """A path relative to a folder it is in, with forward slashes; the whole path when it is elsewhere."""
    whole = PurePath(os.path.abspath(path))  # noqa: PTH100 - links stay what they are
    try:
        return whole.relative_to(folder).as_posix()
    except ValueError:
        return whole.as_posix()


def below_root(path: Path, variable: str) -> str:
    """A path relative to the folder that a variable of the environment names, or else to the current folder."""
    return below(path, os.environ.get(variable) or os.getcwd())  # noqa: PTH109 - as it was given
