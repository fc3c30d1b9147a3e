"""The names of the output formats."""

from __future__ import annotations

import pkgutil
from pathlib import Path

_REPORTERS = Path(__file__).parent.parent / "reporters"


def formats() -> list[str]:
    """The names of all formats: of the files in `reporters`, without loading one."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules([str(_REPORTERS)]))
