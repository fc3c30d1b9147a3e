"""The Keras releases that code must support: how a user writes them, and how a message names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_training_phase.keras.generations import Generation, Release

NEWEST = {2: (2, 21), 3: (3, 15)}
"""The newest release of each major version, as far as the semantics of all releases were measured."""
_OLDEST = {2: (2, 4), 3: (3, 1)}
_IN_DEVELOPMENT = (3, 16)
"""The one release that is not out and whose semantics are known, judging by its development version."""

FORMS = (
    "`2`, `3`, `all`, a release such as `3.8`, a range such as `3.6-3.15` or `3.6+`, or several of these with commas "
    "between"
)
"""What `targets` takes, for messages and help texts."""

_PART = r"(?P<first>[23]\.\d+)(?:\.\d+)?\s*(?:(?P<open>\+)|-\s*(?P<last>[23]\.\d+)(?:\.\d+)?)?"
"""A pattern that is compiled when it is needed: every start of flake8 comes past here."""


def _releases(major: int) -> frozenset[Release]:
    return frozenset((major, minor) for minor in range(_OLDEST[major][1], NEWEST[major][1] + 1))


_WORDS = {"2": _releases(2), "3": _releases(3), "all": _releases(2) | _releases(3)}
ALL_RELEASES = _WORDS["all"]
"""What `all` stands for."""


def targets(given: object) -> frozenset[Release]:
    """The releases that a setting stands for: text in one of `FORMS`, a list of such texts, or a whole number.

    `3.6+` is everything from there up to the newest release that is known. Of those that are not out yet only the one
    in development may be named. Raises ValueError with a message for the user.
    """
    parts = given if isinstance(given, (list, tuple)) else str(given).split(",")
    if not parts or isinstance(given, (float, bool)) or any(isinstance(part, (float, bool)) for part in parts):
        # TOML reads an unquoted 3.10 as the number 3.1.
        raise ValueError(f"must be text: {FORMS}; not `{given}`")
    return frozenset().union(*(_part(str(part).strip(), given) for part in parts))


def _part(text: str, given: object) -> frozenset[Release]:
    if text in _WORDS:
        return _WORDS[text]
    found = re.fullmatch(_PART, text)
    if found is None:
        raise ValueError(f"must be {FORMS}; not `{given}`")
    first = _release(found["first"], given)
    last = max(first, NEWEST[first[0]]) if found["open"] else _release(found["last"] or found["first"], given)
    if first[0] != last[0] or first > last:
        raise ValueError(f"must be {FORMS}; `{text}` in `{given}` is no range of one major version")
    return frozenset((first[0], minor) for minor in range(first[1], last[1] + 1))


def _release(text: str, given: object) -> Release:
    major, minor = (int(number) for number in text.split("."))
    if (major, minor) < _OLDEST[major]:
        raise ValueError(f"must name releases from {_spelled(_OLDEST[2])} or {_spelled(_OLDEST[3])} on; not `{given}`")
    if (major, minor) > NEWEST[major] and (major, minor) != _IN_DEVELOPMENT:
        known = f"{_spelled(NEWEST[2])} and {_spelled(NEWEST[3])}, and {_spelled(_IN_DEVELOPMENT)} is in development"
        raise ValueError(f"names a release that is not known: `{text}`; the newest are {known}")
    return major, minor


def keras_title(generations: Iterable[Generation], asked: frozenset[Release]) -> str:
    """The releases asked for that are of some generations: `"Keras 3"`, `"Keras 3.6 to 3.15"`, `"Keras 2 and 3.8"`."""
    from flake8_training_phase.keras.generations import generation_of  # Of no use to who only reads settings.

    hit = set(generations)
    named = []
    for major in sorted({release[0] for release in asked}):
        releases = sorted(release for release in asked if release[0] == major and generation_of(release) in hit)
        named += [str(major)] if _releases(major) <= set(releases) else _ranges(releases)
    return f"Keras {' and '.join(named)}"


def written(releases: frozenset[Release]) -> str:
    """The releases in one of `FORMS`."""
    words = [word for word, meant in _WORDS.items() if meant == releases]
    return words[0] if words else ",".join(_ranges(sorted(releases), "-"))


def _ranges(releases: list[Release], to: str = " to ") -> list[str]:
    starts = [one for one in releases if (one[0], one[1] - 1) not in releases]
    ends = [one for one in releases if (one[0], one[1] + 1) not in releases]
    pairs = zip(starts, ends, strict=True)
    return [_spelled(one) if one == last else f"{_spelled(one)}{to}{_spelled(last)}" for one, last in pairs]


def _spelled(release: Release) -> str:
    return f"{release[0]}.{release[1]}"
