"""Every rule's code and name, read from the file names in `rules/` without importing a rule.

A rule lives in `rules/forwarding/ktp202_training_not_forwarded.py`. The name of the file holds its code and its name,
so that settings and messages can be checked without loading the analysis.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

CODE_OF_BROKEN_FILE = "KTP900"
"""The code of the one message for a file that cannot be read or analysed."""
NAME_OF_BROKEN_FILE = "not-analysed"

_RULE_MODULE = re.compile(r"(ktp\d{3})_\w+")


@cache
def rule_modules() -> dict[str, str]:
    """Code to module below `rules`, in order of codes: `{"KTP202": "forwarding.ktp202_training_not_forwarded"}`."""
    import pkgutil  # Every start of flake8 comes past here, few look at codes.

    families = [path for path in Path(__file__).with_name("rules").iterdir() if path.is_dir()]
    found = {module.name: family.name for family in families for module in pkgutil.iter_modules([str(family)])}
    rules = sorted((match[1].upper(), name) for name in found if (match := _RULE_MODULE.fullmatch(name)))
    return {code: f"{found[name]}.{name}" for code, name in rules}


def rule_name(code: str) -> str:
    """The name of the rule with this code: `"KTP202"` gives `"training-not-forwarded"`.

    Raises KeyError for a code that no rule has.
    """
    if code == CODE_OF_BROKEN_FILE:
        return NAME_OF_BROKEN_FILE
    return rule_modules()[code].partition("_")[2].replace("_", "-")


def matches(code: str, prefixes: tuple[str, ...]) -> bool:
    """Whether `code` is meant by one of the prefixes, as in `--select KTP2,KTP401`; `ALL` means every code."""
    return any(prefix == "ALL" or code.startswith(prefix) for prefix in prefixes)


def unknown_prefixes(prefixes: tuple[str, ...]) -> list[str]:
    """Those of the prefixes that mean no rule at all."""
    known = (*rule_modules(), CODE_OF_BROKEN_FILE)
    return [prefix for prefix in prefixes if prefix != "ALL" and not any(c.startswith(prefix) for c in known)]
