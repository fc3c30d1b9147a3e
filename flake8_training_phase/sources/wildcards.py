"""What one pattern of a `.gitignore` file matches, as git does it: `*`, `?`, `[a-z]`, `**`, and a `/` at either end.

Patterns come from whoever wrote the checked project, so their time must not explode, as that of a regular expression
for `*a*a*a*b` does: what follows a star is looked for once, at the first place where it can be.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t-\\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""What the names in `[[:digit:]]` stand for, as a part of a set of a regular expression."""


class NoPattern(ValueError):
    """A text that git cannot read as a pattern either."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of a `.gitignore` file."""

    includes: bool
    """Whether it leaves something out; one that begins with `!` takes it in again."""
    folders_only: bool
    is_name: bool
    """Whether it counts in every folder, as it has no slash but at its end."""
    segments: tuple[Segment | None, ...]
    """What is between slashes; one that is None is `**`, any number of folders."""

    @property
    def name(self) -> str | None:
        """The only name that it means; None when it can mean others, or a path."""
        only = self.segments[0] if self.is_name else None
        return only.chunks[0].text if only is not None and len(only.chunks) == 1 else None

    def matches(self, parts: Sequence[str], is_folder: bool) -> bool:
        """Whether it matches a path, given in its parts. What is around that is not looked at."""
        if self.folders_only and not is_folder:
            return False
        only = self.segments[0]
        if self.is_name and only is not None:
            return only.matches(parts[-1])  # A run asks this of every file there is.
        return _fit(self.segments, parts[-1:] if self.is_name else parts)


def read_pattern(line: str) -> Pattern | None:
    """The pattern in a line; None for an empty line and a comment. Raises NoPattern."""
    text = _TRAILING_SPACES.sub(r"\1", line)
    if not text or text.startswith("#"):
        return None
    includes = not text.startswith("!")
    text = text if includes else text[1:]
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    is_name = "/" not in text
    segments: list[list[_Token]] = [[]]
    for token in _tokens(text.removeprefix("/")):
        if token == _SLASH:
            segments.append([])
        else:
            segments[-1].append(token)
    if not all(segments):
        return None  # An empty name is nothing's.
    return Pattern(includes, folders_only, is_name, tuple(_segment(tokens, is_name) for tokens in segments))


_TRAILING_SPACES = re.compile(r"((?:^|[^\\ ])(?:\\\\)*(?:\\ )?) +$")


class _Token(NamedTuple):
    """A star, a slash, or a set of characters."""

    text: str | None
    """The character; None for one of several."""
    regex: str = ""


_STAR, _SLASH = _Token(None, "*"), _Token(None, "/")
_ANY = _Token(None, ".")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "\\":
            if at == len(text):
                raise NoPattern("nothing follows the last backslash")
            char = text[at]
            at += 1
            yield _SLASH if char == "/" else _Token(char, re.escape(char))
        elif char == "[":
            regex, at = _set(text, at)
            yield _Token(None, regex)
        else:
            yield {"*": _STAR, "/": _SLASH, "?": _ANY}.get(char) or _Token(char, re.escape(char))


def _set(text: str, at: int) -> tuple[str, int]:
    """The regular expression for a set whose `[` is before an offset, and where the text goes on."""
    negated = text.startswith(("!", "^"), at)
    at += negated
    first = at
    members: list[str] = []
    last = ""
    """The character that a range may begin with."""
    while at == first or text[at : at + 1] != "]":
        char, at, is_class = _member(text, at)
        if is_class:
            members.append(char)
            last = ""
        elif char == "-" and text[at - 2] != "\\" and last and text[at : at + 1] not in ("", "]"):
            end, at, _ = _member(text, at, in_range=True)
            if last > end:
                # To git it means the first of the two, which cannot have been intended.
                raise NoPattern(f"{last}-{end} is no range")
            members.append(f"{re.escape(last)}-{re.escape(end)}")
            last = ""
        else:
            members.append(re.escape(char))
            last = char
    content = "".join(members)
    return f"[^{content}]" if negated else f"[{content}]", at + 1


def _member(text: str, at: int, in_range: bool = False) -> tuple[str, int, bool]:
    """A character of a set, or what a named class stands for; where the text goes on; whether it was a class."""
    if at >= len(text) or text[at:] == "\\":
        raise NoPattern("a [ has no ]")
    if text[at] == "\\":
        return text[at + 1], at + 2, False
    end = text.find("]", at + 2) if text.startswith("[:", at) and not in_range else -1
    if end > at + 2 and text[end - 1] == ":":
        name = text[at + 2 : end - 1]
        if name not in _CLASSES:
            raise NoPattern(f"[:{name}:] is no class of characters")
        return _CLASSES[name], end + 1, True
    return text[at], at + 1, False


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What is between two stars: for each of some characters in a row what it has to be."""

    length: int
    text: str | None
    """The characters, when all are known."""
    regex: re.Pattern[str] | None

    def find(self, name: str, start: int) -> int:
        """Where it is found first in a name from a start on; -1 for nowhere."""
        if self.regex is None:
            return name.find(self.text or "", start)
        found = self.regex.search(name, start)
        return -1 if found is None else found.start()

    def stands_at(self, name: str, start: int) -> bool:
        """Whether it is at a place of a name."""
        if self.regex is None:
            return name.startswith(self.text or "", start)
        return self.regex.match(name, start) is not None


@dataclass(frozen=True, slots=True)
class Segment:
    """What is between two slashes: chunks with a star between each and the next."""

    chunks: tuple[_Chunk, ...]

    def matches(self, name: str) -> bool:
        """Whether it means a name."""
        first, last = self.chunks[0], self.chunks[-1]
        if len(self.chunks) == 1:
            return len(name) == first.length and first.stands_at(name, 0)
        end = len(name) - last.length
        if end < first.length or not first.stands_at(name, 0) or not last.stands_at(name, end):
            return False
        at = first.length
        for chunk in self.chunks[1:-1]:
            at = chunk.find(name, at)
            if at < 0:
                return False
            at += chunk.length
        return at <= end


def _segment(tokens: Sequence[_Token], is_name: bool) -> Segment | None:
    """The segment of some tokens; None for `**`, which in a name is a star like any other."""
    if len(tokens) > 1 and not is_name and all(token == _STAR for token in tokens):
        return None
    chunks: list[list[_Token]] = [[]]
    for index, token in enumerate(tokens):
        if token != _STAR:
            chunks[-1].append(token)
        elif index == 0 or tokens[index - 1] != _STAR:
            chunks.append([])
    return Segment(tuple(map(_chunk, chunks)))


def _chunk(tokens: Sequence[_Token]) -> _Chunk:
    texts = [token.text for token in tokens if token.text is not None]
    if len(texts) == len(tokens):
        return _Chunk(len(tokens), "".join(texts), None)
    return _Chunk(len(tokens), None, re.compile("".join(token.regex for token in tokens), re.DOTALL))


def _fit(segments: Sequence[Segment | None], parts: Sequence[str]) -> bool:
    """Whether segments mean the parts of a path, one by one; `**` at the end wants at least one of them."""
    at = index = 0
    retry: tuple[int, int] | None = None
    """Behind the last `**`, and the first part that it has not swallowed yet."""
    while at < len(parts):
        segment = segments[index] if index < len(segments) else _NOTHING
        if segment is None:
            if index == len(segments) - 1:
                return True
            index += 1
            retry = index, at
        elif segment.matches(parts[at]):
            index += 1
            at += 1
        elif retry is not None:
            index, at = retry[0], retry[1] + 1
            retry = index, at
        else:
            return False
    return index == len(segments)


_NOTHING = Segment((_Chunk(1, "/", None),))
"""A segment that no name can be, as it has a slash."""
