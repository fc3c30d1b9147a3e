"""Errors about settings that mean nothing."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_training_phase.printable import printable


class SettingsError(Exception):
    """A setting that means nothing; the message says where it is and what comes nearest."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(map(printable, lines)))


def nearest(word: str, known: Iterable[str]) -> str:
    """What to say after "unknown": the known word that comes closest, or nothing."""
    import difflib  # Only for those who have made a mistake.

    words = list(known)
    read_as_digits = word.translate(_LOOK_LIKE_DIGITS)
    if word[:3] + read_as_digits[3:] in words:
        return f"; did you mean `{word[:3] + read_as_digits[3:]}`?"

    if begun := [one for one in words if len(word) > 2 and one.startswith(word)]:
        return f"; did you mean `{begun[0]}`?"

    def likeness(other: str) -> tuple[float, int]:
        # Of codes that share as many characters, the one that has them in the same places.
        return difflib.SequenceMatcher(None, other, word).ratio(), sum(map(str.__eq__, word, other))

    found = difflib.get_close_matches(word, words, n=max(len(words), 1))
    return f"; did you mean `{max(found, key=likeness)}`?" if found else ""


def no_such_rule(word: str, codes: Iterable[str], names: Iterable[str] = ()) -> str:
    """The error for a word that is no rule. Codes of other tools, such as `F401`, are no misspelled ones."""
    hint = nearest(word.upper(), [code for code in codes if _is_one_edit_away(word.upper(), code)])
    hint = hint or nearest(word.lower(), names)
    return f"no rule has the code `{word}`{hint}" if hint else f"`{word}` is not a flake8-training-phase rule"


def _is_one_edit_away(word: str, other: str) -> bool:
    """Whether one character that is changed, added or left out makes one word of the other."""
    if len(word) > len(other):
        word, other = other, word
    start = next((place for place, pair in enumerate(zip(word, other, strict=False)) if len(set(pair)) > 1), len(word))
    return word[start:] == other[start + 1 :] or word[start + 1 :] == other[start + 1 :]


_LOOK_LIKE_DIGITS = str.maketrans("OILSB", "01158")
