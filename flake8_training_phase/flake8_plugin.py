"""flake8's adapter: gives flake8 the findings of a file.

flake8 imports this module at every start, so it imports nothing heavy itself; the analysis is loaded for the first
file that may hold a finding.
"""

from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from flake8_training_phase import __version__
from flake8_training_phase.sources.gate import may_hold_findings

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

    from flake8_training_phase.analysis.project import Projects
    from flake8_training_phase.configuration.resolve import Configuration
    from flake8_training_phase.configuration.settings import Settings
    from flake8_training_phase.findings import Finding
    from flake8_training_phase.runs.cache import Cache


class TrainingPhasePlugin:
    """Checks one file."""

    name = "flake8-training-phase"
    version = __version__
    configuration: ClassVar[Configuration | None] = None
    asked: ClassVar[tuple[str, ...]] = ()
    """The codes of rules that flake8 selects, whether they are on by default or not."""
    projects: ClassVar[Projects | None] = None
    cache: ClassVar[Cache | None] = None

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Add this plugin's options to flake8's."""
        from flake8_training_phase.configuration.flake8_options import add_options

        add_options(manager)

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Keep what flake8 was asked for. Raises flake8's ExecutionError for an option that means nothing."""
        from flake8.exceptions import ExecutionError

        from flake8_training_phase.configuration.errors import SettingsError
        from flake8_training_phase.configuration.flake8_options import configuration

        try:
            cls.configuration = configuration(options)
        except SettingsError as error:
            raise ExecutionError(f"{cls.name}: {error}") from error
        # flake8 selects and ignores what is on by default. What is off stays off unless it is selected by
        # its code, whatever `--ignore` says: flake8's own list of codes that are off would be lost to it.
        cls.asked = (*_codes(options, "select"), *_codes(options, "extend_select"))
        cls.projects = cls.cache = None

    def run(self) -> Iterator[tuple[int, int, str, type[TrainingPhasePlugin]]]:
        """The findings as flake8 takes them: row from 1, column from 0, code and message."""
        text = "".join(self._lines)
        if not may_hold_findings(text):
            return
        from flake8_training_phase.configuration.errors import SettingsError

        try:
            settings = self._settings()
        except SettingsError as error:
            from flake8_training_phase.engine import broken_finding
            from flake8_training_phase.sources.parsing import AnalysisError

            found: Sequence[Finding] = [broken_finding(AnalysisError(" ".join(str(error).split())))]
        else:
            found = self._remembered(text, settings) if settings.cache else self._found(text, settings)[0]
        for one in found:
            yield one.start.row, one.start.column, f"{one.code} {one.message}", type(self)

    def _remembered(self, text: str, settings: Settings) -> Sequence[Finding]:
        """The findings of the file, as an earlier run has worked them out if it can be."""
        from flake8_training_phase.runs.cache import Kept, digest_of, key_of

        cache = self._shared_cache()
        path, key, digest = os.path.abspath(self._filename), key_of(settings, "flake8"), digest_of(text)  # noqa: PTH100
        cache.load([path])
        kept = cache.kept(path, key, digest)
        if kept is None:
            kept = Kept(path, key, digest, *self._found(text, settings))
            cache.keep([kept])
        return kept.findings

    def _found(self, text: str, settings: Settings) -> tuple[tuple[Finding, ...], frozenset[str]]:
        """The findings of the file, and the other files that they depend on."""
        from flake8_training_phase.engine import broken_finding, findings_of
        from flake8_training_phase.sources.parsing import AnalysisError
        from flake8_training_phase.sources.text import SourceText

        project = self._shared_projects().of(settings)
        source = SourceText(text)
        try:
            found = tuple(findings_of(self._tree, source, settings, self._filename, project, with_fixes=False))
        except AnalysisError as error:
            found = (broken_finding(error),)
        return found, project.lookups_for(Path(self._filename).absolute())

    def _settings(self) -> Settings:
        """The settings for this file. Raises SettingsError when those of a pyproject.toml mean nothing."""
        from flake8_training_phase.configuration.settings import Settings

        if self.configuration is None:
            return Settings()
        return replace(self.configuration.for_file(Path(self._filename)), extend_select=self.asked)

    @classmethod
    def _shared_cache(cls) -> Cache:
        """What earlier runs have worked out."""
        from flake8_training_phase.runs.cache import Cache

        cls.cache = cls.cache or Cache()
        return cls.cache

    @classmethod
    def _shared_projects(cls) -> Projects:
        """The modules read for the files before this one in the same process."""
        from flake8_training_phase.analysis.project import Projects

        cls.projects = cls.projects or Projects()
        return cls.projects


def _codes(options: argparse.Namespace, name: str) -> tuple[str, ...]:
    given: Any = getattr(options, name, None)
    return tuple(code for code in given or () if code.startswith("KTP"))
