"""What rule pages cite: rows of the measured tables in `docs`, and pages, of which the generated pages make links."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]

_PAGE = re.compile(r"docs/[\w/-]+\.md")
_CITED = re.compile(r"rows? (?P<rows>[^;]*?)\s+in\s+(?P<pages>docs/[\w/-]+\.md(?:\s+and\s+in\s+docs/[\w/-]+\.md)*)")
_MEASURED = re.compile(r"^- Measured: .*?(?=^- |\Z)", re.MULTILINE | re.DOTALL)
_BETWEEN_ROWS = ("to", "and", "in", "graphs")


def with_links(page: str, own: str) -> str:
    """A rule's page, `own` from the root of the repository, with links to what is cited as measured.

    Raises KeyError for a row that is in no table of the page that is named for it.
    """
    return _MEASURED.sub(lambda match: _linked(match[0], own), page)


def _linked(measured: str, own: str) -> str:
    rows_linked = _CITED.sub(_rows_linked, measured)
    return _PAGE.sub(lambda match: f"[{match[0]}]({_target(match[0], own)})", rows_linked)


def _rows_linked(citation: re.Match[str]) -> str:
    first, *others = _PAGE.findall(citation["pages"])

    def link(word: re.Match[str]) -> str:
        row = word[0]
        if row in _BETWEEN_ROWS:
            return row
        for other in others:
            section(other, row)
        return f"[{row}](../{first.removeprefix('docs/')}#{section(first, row)})"

    return citation[0].replace(citation["rows"], re.sub(r"[^\s,]+", link, citation["rows"]), 1)


def _target(page: str, own: str) -> str:
    return "#measured" if page == own else f"../{page.removeprefix('docs/')}"


def section(page: str, row: str) -> str:
    """The anchor of the section whose table has a row. Raises KeyError."""
    return _sections(page)[row]


@cache
def _sections(page: str) -> dict[str, str]:
    """The anchor of its section for each row of the tables of a page whose first column is called Row."""
    found: dict[str, str] = {}
    anchor, is_measured = "", False
    for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            anchor = anchor_of(line)
        first = line.split("|")[1].strip() if line.startswith("| ") else ""
        is_measured = first == "Row" or (is_measured and line.startswith("|"))
        if is_measured and first not in ("", "Row", "---"):
            found.setdefault(first, anchor)
    return found


def anchor_of(heading: str) -> str:
    """The anchor that Git hosts, and the site, give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")
