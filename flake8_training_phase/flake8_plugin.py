"""flake8's adapter: gives flake8 the findings of a file.

flake8 imports this module at every start, so it imports nothing heavy itself; the analysis is loaded for the first
file that may hold a finding.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from flake8_training_phase import __version__
from flake8_training_phase.sources.gate import may_hold_findings

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

    from flake8_training_phase.analysis.project import Project
    from flake8_training_phase.keras.generations import Release
    from flake8_training_phase.settings import Settings


class TrainingPhasePlugin:
    """Checks one file."""

    name = "flake8-training-phase"
    version = __version__
    settings: ClassVar[Settings | None] = None
    project: ClassVar[Project | None] = None

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Add this plugin's options to flake8's."""
        manager.add_option(
            "--training-phase-keras",
            type=_targets,
            metavar="VERSIONS",
            default="all",
            parse_from_config=True,
            help="Keras that the code has to be right for: 2, 3, 3.8, 3.6-3.15, 3.6+, or several (default: all)",
        )

        manager.add_option(
            "--training-phase-no-project",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="follow no import into other files of the project",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Keep what flake8 was asked for."""
        from flake8_training_phase.settings import Settings

        # What is on by default is for flake8 to select and ignore. What is off stays off unless it is asked for by
        # its code, whatever `--ignore` says: flake8's own list of codes that are off would be lost to it. `KTP` alone
        # in a `select` is how the plugin itself is named, and asks for nothing more.
        asked = (*_codes(options, "select"), *_codes(options, "extend_select"))
        cls.settings = Settings(
            extend_select=asked,
            keras=options.training_phase_keras,
            project=not options.training_phase_no_project,
        )
        cls.project = None

    def run(self) -> Iterator[tuple[int, int, str, type[TrainingPhasePlugin]]]:
        """The findings as flake8 takes them: row from 1, column from 0, code and message."""
        text = "".join(self._lines)
        if not may_hold_findings(text):
            return
        from flake8_training_phase.engine import Broken, broken_finding, findings_of
        from flake8_training_phase.settings import Settings
        from flake8_training_phase.sources.text import SourceText

        source = SourceText(text)
        settings = self.settings or Settings()
        project = self._shared_project(settings)
        try:
            found = findings_of(self._tree, source, settings, self._filename, project, with_fixes=False)
        except Broken as error:
            found = [broken_finding(error)]
        for one in found:
            yield one.start.row, one.start.column, f"{one.code} {one.message}", type(self)

    @classmethod
    def _shared_project(cls, settings: Settings) -> Project:
        """The modules read for the files before this one in the same process."""
        from flake8_training_phase.analysis.project import Project

        cls.project = cls.project or Project(settings.project)
        return cls.project


def _codes(options: argparse.Namespace, name: str) -> tuple[str, ...]:
    given: Any = getattr(options, name, None)
    return tuple(code for code in given or () if code.startswith("KTP") and code != "KTP")


def _targets(given: str) -> frozenset[Release]:
    from flake8_training_phase.keras.targets import targets

    try:
        return targets(given)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
