"""Where the documentation can be read."""

from __future__ import annotations

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE

BASE: str | None = None
"""The address below which the site of `docs` is published, with a slash at its end.

There is none yet, so reports and diagnostics have no links to rule pages: an address that leads nowhere is worse than
none.
`training-phase-check --explain CODE` prints a page.
"""


def rule_url(code: str) -> str | None:
    """The address of a rule's page, of the list of rules for what is none; None while they are not published."""
    page = "README" if code == CODE_OF_BROKEN_FILE else code
    return None if BASE is None else f"{BASE}rules/{page}.html"
