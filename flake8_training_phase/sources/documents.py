"""Opens files that hold Python code, each kind by its suffix."""

from __future__ import annotations

import os
from pathlib import Path

from flake8_training_phase.sources import reading
from flake8_training_phase.sources.document import Document

NOTEBOOK_SUFFIXES = (".ipynb",)
MARKDOWN_SUFFIXES = (".md", ".markdown", ".qmd", ".rmd")
"""Those of Quarto and R Markdown too, whose blocks are fenced alike."""
_TEXT_SUFFIXES = (".rst", ".adoc", ".tex")
"""Texts that hold code in ways that are not read."""

SUFFIXES_IN_FOLDERS = (".py", *NOTEBOOK_SUFFIXES)
"""The suffixes of the files that are checked when a folder is named. Documentation shows mistakes on purpose, so a
Markdown file has to be named itself."""


def read_document(path: Path) -> Document:
    """The document in the file at a path. Raises OSError and SyntaxError."""
    name = str(path)
    limit = reading.MAX_NOTEBOOK if name.lower().endswith(NOTEBOOK_SUFFIXES) else reading.MAX_CODE
    return open_document(name, reading.read(path, limit))


def open_document(name: str, data: bytes) -> Document:
    """The document in a file, by its name. Raises SyntaxError."""
    return _kind(name).read(name, data)


def _kind(name: str) -> type[Document]:
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - asked for every file there is
    # Most files are Python, and need nothing of what the others need.
    if suffix in NOTEBOOK_SUFFIXES:
        from flake8_training_phase.sources.notebooks import Notebook

        return Notebook
    if suffix in MARKDOWN_SUFFIXES:
        from flake8_training_phase.sources.markdown import Markdown

        return Markdown
    if suffix in _TEXT_SUFFIXES:
        raise SyntaxError(f"`{suffix}` files are not read: only Python, notebooks and Markdown (.md, .qmd, .Rmd) are")
    return Document
