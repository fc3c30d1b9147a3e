"""Where the documentation can be read."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.codes import CODE_OF_BROKEN_FILE

_PACKAGE = Path(__file__).parent


def _folder(package: Path) -> Path:
    """The folder `docs`: in the package where it is installed, beside the package in a checkout."""
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent / "docs"


BASE = f"{_folder(_PACKAGE).as_uri()}/"
"""The address below which the documentation is found, with a slash at its end.

No site of it is published yet, so these are the pages that are installed with the package: links that open on the
machine that the checker ran on, without a network. The address of a site goes here once there is one.
"""


def rule_url(code: str) -> str:
    """The address of a rule's page, of the list of rules for what is none."""
    page = "README" if code == CODE_OF_BROKEN_FILE else code
    return f"{BASE}rules/{page}.{'md' if BASE.startswith('file:') else 'html'}"
