"""The open files: each is checked when it is needed and something has changed since."""

from __future__ import annotations

from pathlib import Path

from flake8_training_phase.analysis.project import Project, Projects
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding
from flake8_training_phase.results import FileResult
from flake8_training_phase.runs.analyse import examine_document
from flake8_training_phase.runs.assignment import Fixes
from flake8_training_phase.runs.discovery import is_excluded
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.sources.text import SourceText


class Checks:
    """The open files, and the result of each."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._files: dict[Path, EditorFile] = {}
        self._texts: dict[Path, SourceText] = {}
        """What imports find instead of files: the open ones, as they are in the editor."""
        self._projects = Projects(self._texts)
        self._results: dict[tuple[Path, Fixes], FileResult] = {}

    @property
    def files(self) -> tuple[EditorFile, ...]:
        """The open files."""
        return tuple(self._files.values())

    def put(self, file: EditorFile) -> None:
        """A file was opened, or changed in the editor."""
        self._files[file.path] = file
        if not file.is_notebook:
            self._texts[file.path] = file.document.source
        self.changed(file.path)

    def close(self, file: EditorFile) -> None:
        """A file was closed: what is saved of it counts again."""
        self._files.pop(file.path, None)
        self._texts.pop(file.path, None)
        self.changed(file.path)

    def changed(self, path: Path) -> None:
        """A file is not what it was, in the editor or outside of it."""
        self._projects.forget(path)
        for other in (path, *(file.path for file in self.depending_on(path))):
            for fixes in Fixes:
                self._results.pop((other, fixes), None)

    def depending_on(self, path: Path) -> list[EditorFile]:
        """The other open files whose findings depend on a file."""
        name = str(path)
        results = self._results.items()
        found = dict.fromkeys(other for (other, _), result in results if other != path and name in result.lookups)
        return [self._files[other] for other in found]

    def start_again(self, configuration: Configuration | None = None) -> None:
        """Nothing that was read still counts: settings have changed, or files have come or gone."""
        self._configuration = configuration or self._configuration
        self._projects = Projects(self._texts)
        self._results.clear()

    def findings(self, file: EditorFile) -> tuple[Finding, ...]:
        """The findings of an open file, without their fixes, which nobody asks for while code is typed. Raises
        SettingsError.

        Code that cannot be parsed has none: that is normal while code is written, and other servers report it.
        """
        return self._found(file, Fixes.UNSEEN)

    def fixable(self, file: EditorFile) -> tuple[Finding, ...]:
        """The same findings with their fixes. Raises SettingsError."""
        return self._found(file, Fixes.NONE)

    def fixed(self, file: EditorFile) -> FileResult:
        """The file after all safe fixes. Raises SettingsError."""
        return self._result(file, Fixes.SAFE)

    def settings(self, file: EditorFile) -> Settings:
        """The settings for a file. Raises SettingsError."""
        return self._configuration.for_file(file.path)

    def project(self, file: EditorFile) -> Project:
        """The other modules, as an open file sees them. Raises SettingsError."""
        return self._projects.of(self.settings(file))

    def _found(self, file: EditorFile, fixes: Fixes) -> tuple[Finding, ...]:
        if (file.path, fixes) not in self._results:
            self._results[file.path, fixes] = self._result(file, fixes)
        return tuple(one for one in self._results[file.path, fixes].findings if one.code != CODE_OF_BROKEN_FILE)

    def _result(self, file: EditorFile, fixes: Fixes) -> FileResult:
        if is_excluded(file.path, self._configuration):
            return FileResult(file.path)
        return examine_document(file.document, self.settings(file), fixes, self.project(file))
