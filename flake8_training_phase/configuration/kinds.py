"""The kinds of values that settings have: how each is read, checked and shown.

Every front end hands over what TOML would have: a text, a list of texts, true or false, a table.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_training_phase.codes import rule_modules, unknown_prefixes
from flake8_training_phase.configuration.errors import SettingsError, nearest, no_such_rule
from flake8_training_phase.keras.targets import targets, written
from flake8_training_phase.printable import shortened
from flake8_training_phase.sources.globs import Globs, absolute, is_pattern

if TYPE_CHECKING:
    from flake8_training_phase.keras.generations import Release


class SettingKind(ABC):
    """One kind of values."""

    metavar: str
    """What stands for a value in the help of an option."""

    @abstractmethod
    def read(self, key: str, value: object, folder: str) -> object:
        """The value of the setting `key` from what a front end gives; patterns in it are relative to `folder`.

        Raises SettingsError.
        """

    @abstractmethod
    def shown(self, value: Any) -> object:
        """What a front end would have to give for this value."""


class Switch(SettingKind):
    """True or false."""

    metavar = ""

    def read(self, key: str, value: object, folder: str) -> bool:
        """The truth value."""
        if not isinstance(value, bool):
            raise SettingsError(f"{key} must be true or false, not `{shortened(value)}`")
        return value

    def shown(self, value: bool) -> object:
        """The truth value."""
        return value


class Releases(SettingKind):
    """Releases of Keras."""

    metavar = "VERSIONS"

    def read(self, key: str, value: object, folder: str) -> frozenset[Release]:
        """The releases."""
        try:
            return targets(",".join(value) if isinstance(value, list) and all(map(_is_text, value)) else value)
        except ValueError as error:
            raise SettingsError(f"{key} {error}") from error

    def shown(self, value: frozenset[Release]) -> object:
        """The releases as they can be written."""
        return written(value)


class Format(SettingKind):
    """An output format."""

    metavar = "FORMAT"

    def read(self, key: str, value: object, folder: str) -> str:
        """The name of the format."""
        from flake8_training_phase.output.formats import formats

        known = formats()
        if value not in known:
            words = f"{', '.join(known[:-1])} or {known[-1]}"
            raise SettingsError(f"{key} must be {words}, not `{value}`{nearest(str(value), known)}")
        return str(value)

    def shown(self, value: str) -> object:
        """The name."""
        return value


class FilePath(SettingKind):
    """The path of a file."""

    metavar = "FILE"

    def read(self, key: str, value: object, folder: str) -> Path | None:
        """The path, relative to the folder; None for an empty text."""
        if not isinstance(value, str):
            raise SettingsError(f"{key} must be the path of a file, not `{value}`")
        if not value:
            return None
        return Path(value) if folder == absolute(Path()) else Path(folder, value)

    def shown(self, value: Path | None) -> object:
        """The path."""
        return "" if value is None else str(value)


class EnvironmentPath(FilePath):
    """The folder of an environment of Python, or the Python in it."""

    metavar = "PATH"

    def read(self, key: str, value: object, folder: str) -> Path | None:
        """The path from the root of the file system; None for an empty text."""
        from flake8_training_phase.sources.environments import environment_of, package_folders

        given = super().read(key, value, folder)
        if given is None:
            return None
        path = Path(absolute(given))
        if not package_folders(environment_of(path), set()):
            raise SettingsError(f"{key}: {given} is no environment of Python, nor the Python of one: no packages there")
        return path


class CatalogueFile(NamedTuple):
    """A catalogue of a package, and what stands for its content: what was found out holds for that only."""

    path: str
    digest: str


class CatalogueFiles(SettingKind):
    """Files with catalogues of packages."""

    metavar = "FILES"

    def read(self, key: str, value: object, folder: str) -> tuple[CatalogueFile, ...]:
        """The files, relative to the folder, each of them read once to see that it is a catalogue."""
        return tuple(self._one(key, Path(folder, text)) for text in _texts(key, value, "files"))

    def _one(self, key: str, path: Path) -> CatalogueFile:
        from hashlib import sha256

        from flake8_training_phase.keras.packages import CatalogueError, read_catalogue
        from flake8_training_phase.sources import reading

        try:
            digest = sha256(reading.read(path, reading.MAX_CODE)).hexdigest()
            read_catalogue(str(path), digest)
        except OSError as error:
            raise SettingsError(f"{key}: {path} cannot be read: {error.strerror or error}") from error
        except (CatalogueError, ValueError) as error:
            raise SettingsError(f"{key}: {path} cannot be read: {error}") from error
        return CatalogueFile(str(path), digest)

    def shown(self, value: tuple[CatalogueFile, ...]) -> object:
        """The paths."""
        return [one.path for one in value]


class Listed(SettingKind):
    """Several texts."""

    what: str
    """What the texts are, for messages."""

    def read(self, key: str, value: object, folder: str) -> object:
        """The texts, each of them checked."""
        return tuple(self.one(key, text) for text in _texts(key, value, self.what))

    @abstractmethod
    def one(self, key: str, text: str) -> str:
        """One of the texts. Raises SettingsError."""

    def shown(self, value: tuple[str, ...]) -> object:
        """The texts."""
        return list(value)


class Codes(Listed):
    """Codes of rules, and prefixes of codes."""

    metavar, what = "CODES", "codes"

    def one(self, key: str, text: str) -> str:
        """A code or prefix in capitals."""
        for unknown in unknown_prefixes((text.upper(),)):
            raise SettingsError(f"{key}: {no_such_rule(unknown, rule_modules())}")
        return text.upper()


class Names(Listed):
    """Names of classes or modules, dotted or not."""

    metavar, what = "NAMES", "names"
    _pattern = r"[^\W\d]\w*(\.[^\W\d]\w*)*"

    def one(self, key: str, text: str) -> str:
        """A name."""
        if not re.fullmatch(self._pattern, text):
            raise SettingsError(f"{key}: `{shortened(text)}` is no name")
        return text


class Imports(Names):
    """Whether imports are followed: true or false, or the names of packages into which they are followed as well."""

    metavar, what = "PACKAGES", "names of packages"
    _pattern = r"[^\W\d]\w*"
    _words = MappingProxyType({("true",): True, ("false",): False, (): True})
    """The same where only texts can be given."""

    def read(self, key: str, value: object, folder: str) -> bool | tuple[str, ...]:
        """The truth value, or the names."""
        if isinstance(value, bool):
            return value
        if not isinstance(value, (list, tuple)):
            raise SettingsError(f"{key} must be true, false or a list of {self.what}, not `{shortened(value)}`")
        names = tuple(_texts(key, value, self.what))
        return self._words[names] if names in self._words else tuple(self.one(key, name) for name in names)

    def shown(self, value: bool | tuple[str, ...]) -> object:
        """The truth value, or the names."""
        return list(value) if isinstance(value, tuple) else value


class Parameters(Names):
    """Names of parameters."""

    _pattern = r"[^\W\d]\w*"


class KerasModules(Names):
    """Names of modules that are a Keras, each with its major version after `=` where only one is meant."""

    metavar = "NAME[=2|3]"
    _pattern = r"[^\W\d]\w*(\.[^\W\d]\w*)*(=[23])?"

    def one(self, key: str, text: str) -> str:
        """A name, and perhaps a version."""
        if "=" in text and text.partition("=")[2] not in ("2", "3"):
            raise SettingsError(f"{key}: `{shortened(text)}` must end with =2 or =3, or name no version")
        return super().one(key, text)


class ClassPatterns(Listed):
    """Names of classes, in which `*`, `?` and `[…]` stand for other characters."""

    metavar, what = "PATTERNS", "names of classes"

    def one(self, key: str, text: str) -> str:
        """A pattern."""
        if not re.fullmatch(r"[\w*?\[\]!-]+", text):
            raise SettingsError(f"{key}: `{shortened(text)}` is no pattern for the name of a class")
        return text


class Paths(SettingKind):
    """Patterns of paths."""

    metavar = "PATTERNS"

    def read(self, key: str, value: object, folder: str) -> Globs:
        """The patterns, relative to the folder."""
        return Globs(folder, tuple(_path_pattern(key, text) for text in _texts(key, value, "patterns")))

    def shown(self, value: Globs) -> object:
        """The patterns."""
        return list(value.patterns)


class CodesByPath(NamedTuple):
    """Codes that are left out of the files that a pattern means; patterns are relative to the folder."""

    folder: str = ""
    entries: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def codes(self, path: str) -> tuple[str, ...]:
        """The codes left out of the file at an absolute path."""
        if not self.entries:
            return ()
        met = (codes for pattern, codes in self.entries if Globs(self.folder, (pattern,)).match(path))
        return tuple(dict.fromkeys(code for codes in met for code in codes))


class PerFile(SettingKind):
    """A table of patterns of paths, each with codes."""

    metavar = "PATTERN:CODES"

    def read(self, key: str, value: object, folder: str) -> CodesByPath:
        """The table; an option gives it as texts, in each a pattern, a colon and codes."""
        table = _table(key, value) if isinstance(value, (list, tuple)) else value
        if not isinstance(table, Mapping):
            raise SettingsError(f"{key} must be a table of patterns and codes, not `{shortened(value)}`")
        entries: list[tuple[str, tuple[str, ...]]] = []
        for pattern, codes in table.items():
            if pattern.startswith("!"):
                raise SettingsError(f"{key}: `{shortened(pattern)}` must say which files are meant, not which are not")
            known = tuple(Codes().one(key, code) for code in _texts(f"{key}: {shortened(pattern)}", codes, "codes"))
            entries.append((_path_pattern(key, pattern), known))
        return CodesByPath(folder, tuple(entries))

    def shown(self, value: CodesByPath) -> object:
        """The table."""
        return {pattern: list(codes) for pattern, codes in value.entries}


def split(text: str) -> list[str]:
    """The words of a list that is written as one text: `KTP1, KTP2`."""
    return text.replace(",", " ").split()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _texts(key: str, value: object, what: str) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(map(_is_text, value)):
        raise SettingsError(f"{key} must be a list of {what}, not `{shortened(value)}`")
    return list(value)


def _table(key: str, texts: object) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for text in _texts(key, texts, "PATTERN:CODES"):
        pattern, colon, codes = text.rpartition(":")
        if not colon or not pattern:
            raise SettingsError(f"{key}: `{shortened(text)}` must be a pattern, a colon and codes")
        table.setdefault(pattern, []).extend(split(codes))
    return table


def _path_pattern(key: str, text: str) -> str:
    # Only these can make a pattern invalid, and asking costs an import.
    if not text.strip() or (("\\" in text or "[" in text) and not is_pattern(text)):
        raise SettingsError(f"{key}: `{shortened(text)}` is no pattern for paths")
    return text
