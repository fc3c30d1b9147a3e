"""python-lsp-server's adapter: the diagnostics and code actions of the language server.

pylsp can run flake8 too, and flake8 reports only where a finding begins: its findings of ours are taken
out, as each of them would be shown twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pylsp import hookimpl

from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.server.actions import (
    FIX_ALL,
    QUICK_FIX,
    Action,
    fix_all,
    has_safe_fix,
    is_wanted,
    quick_fixes,
)
from flake8_training_phase.server.checks import Checks
from flake8_training_phase.server.diagnostics import Diagnostic, diagnostics
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.server.options import Options
from flake8_training_phase.server.units import EditorRange
from flake8_training_phase.sources.globs import absolute

PLUGIN = "training_phase"


@hookimpl
def pylsp_settings() -> dict[str, Any]:
    """The plugin is on unless it is turned off."""
    return {"plugins": {PLUGIN: {"enabled": True, "settings": {}, "severity": {}}}}


@hookimpl(hookwrapper=True)
def pylsp_lint(workspace: Any, document: Any) -> Iterator[None]:
    """The diagnostics of a document, beside those of the other plugins."""
    outcome: Any = yield
    others = [[one for one in found if not _is_from_flake8(one)] for found in outcome.get_result() if found]
    outcome.force_result([*others, _diagnostics(workspace, document)])


@hookimpl
def pylsp_code_actions(workspace: Any, document: Any, range: EditorRange, context: Mapping[str, Any]) -> list[Action]:
    """What can be done about the findings in a range."""
    only = context.get("only")
    try:
        options, checks, file = _opened(workspace, document)
        findings = checks.fixable(file)
        found: list[Action] = []
        if is_wanted(QUICK_FIX, only):
            found += quick_fixes(file, findings, document.uri, range, options)
        if is_wanted(FIX_ALL, only) and has_safe_fix(findings):
            found.append(fix_all(file, lambda: checks.fixed(file)))
    except SettingsError:
        return []  # It is said as a diagnostic.
    return [_with_edit(one) for one in found]


def _diagnostics(workspace: Any, document: Any) -> list[Diagnostic]:
    try:
        options, checks, file = _opened(workspace, document)
        return diagnostics(file, checks.findings(file), options)[document.uri]
    except SettingsError as error:
        start = {"line": 0, "character": 0}
        return [{"range": {"start": start, "end": start}, "severity": 1, "source": PLUGIN, "message": str(error)}]


def _opened(workspace: Any, document: Any) -> tuple[Options, Checks, EditorFile]:
    """A document among the others that are open. Raises SettingsError."""
    given = workspace._config.plugin_settings(PLUGIN, document_path=document.path)
    options = Options.read({key: given[key] for key in ("settings", "severity") if key in given})
    checks = Checks(Configuration(options.settings, front_end="editor"))
    for other in workspace.documents.values():
        if getattr(other, "path", "").endswith(".py"):
            checks.put(_file(other))
    file = _file(document)
    checks.put(file)
    return options, checks, file


def _file(document: Any) -> EditorFile:
    return EditorFile(Path(absolute(Path(document.path))), {document.uri: document.source})


def _is_from_flake8(diagnostic: Mapping[str, Any]) -> bool:
    return diagnostic.get("source") == "flake8" and str(diagnostic.get("code", "")).startswith("KTP")


def _with_edit(action: Action) -> Action:
    changes = action.pop("changes", {})
    return {**action, "edit": {"changes": changes}}
