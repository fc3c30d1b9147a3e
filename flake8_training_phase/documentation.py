"""Where the documentation can be read."""

from __future__ import annotations

BASE: str | None = None
"""The address below which the site of `docs` is published, with a slash at its end.

There is none yet, so reports have no links to rule pages: an address that leads nowhere is worse than none.
`training-phase-check --explain CODE` prints a page.
"""


def rule_url(code: str) -> str | None:
    """The address of a rule's page; None while the pages are not published."""
    return None if BASE is None else f"{BASE}rules/{code}.html"
