"""What an editor shows of its files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("pytest_lsp")
from lsprotocol import types as lsp

from flake8_training_phase import documentation, engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.server.diagnostics import diagnostic
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.server.options import Options
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, MODEL
from tests.server.client import Editor, editing
from tests.test_related import POISONED

pytestmark = pytest.mark.asyncio

LEGACY = "import tensorflow as tf\n\ntf.keras.backend.set_learning_phase(1)\n"
HELPER = "def run(layer, x):\n    return layer(x, training=False)\n"
CALLER = f"from helpers import run\n{POISONED.replace('self.backbone(x, training=False)', 'run(self.backbone, x)')}"
"""A file that is poisoned by what `helpers.py` does, and fragile without that."""
HARMLESS = "def run(layer, x):\n    return x\n"


def place(one: lsp.Diagnostic | lsp.DiagnosticRelatedInformation) -> tuple[int, int, int, int]:
    where = one.range if isinstance(one, lsp.Diagnostic) else one.location.range
    return where.start.line, where.start.character, where.end.line, where.end.character


async def test_a_finding_has_a_range_a_severity_and_the_line_that_leaks(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", POISONED)
        [found] = await editor.published(editor.uri("model.py"))
    assert (found.code, found.source, found.severity) == ("KTP201", "training-phase", lsp.DiagnosticSeverity.Error)
    assert place(found) == (11, 15, 11, 30)
    [related] = found.related_information or ()
    assert related.location.uri == (tmp_path / "model.py").as_uri()
    assert place(related) == (10, 12, 10, 44)
    assert related.message == "`self.backbone` leaks its flag to the layers called after it"


async def test_a_diagnostic_links_to_the_page_of_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    file = EditorFile(Path("model.py"), {"file:///model.py": MODEL})
    [finding] = engine.check(SourceText(MODEL), Settings(), "model.py")
    _, found = diagnostic(file, finding, Options())
    assert Path(unquote(urlsplit(found["codeDescription"]["href"]).path)).read_text("utf-8").startswith("# KTP101")
    monkeypatch.setattr(documentation, "BASE", "https://docs.example/")
    _, found = diagnostic(file, finding, Options())
    assert found["codeDescription"] == {"href": "https://docs.example/rules/KTP101.html"}


async def test_what_is_typed_counts(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        insert = lsp.Range(lsp.Position(8, 20), lsp.Position(8, 20))
        editor.type("model.py", lsp.TextDocumentContentChangePartial(insert, ", training=None"))
        assert await editor.codes("model.py") == ["KTP202"]
        editor.replace("model.py", FIXED_MODEL)
        assert await editor.codes("model.py") == []


async def test_lines_end_where_the_editor_ends_them(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        # To `str.splitlines`, a form feed and a line separator end a line too.
        editor.open("model.py", f"# \f one \u2028 line\n{MODEL}")
        [found] = await editor.published(editor.uri("model.py"))
        assert place(found)[0] == 9
        insert = lsp.Range(lsp.Position(9, 20), lsp.Position(9, 20))
        editor.type("model.py", lsp.TextDocumentContentChangePartial(insert, ", training=None"))
        assert await editor.codes("model.py") == ["KTP202"]


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 26), ("utf-16", 24), ("utf-32", 23)])
async def test_characters_are_counted_as_was_agreed(tmp_path: Path, encoding: str, character: int) -> None:
    text = FORGETFUL.replace("return self", 'return "😀" and self')
    async with editing(tmp_path, encodings=[encoding]) as editor:
        editor.open("model.py", text)
        [found] = await editor.published(editor.uri("model.py"))
        assert found.range.start.character == character
        insert = lsp.Position(9, found.range.end.character - 1)
        editor.type("model.py", lsp.TextDocumentContentChangePartial(lsp.Range(insert, insert), ", training=training"))
        assert await editor.codes("model.py") == []


async def test_code_that_cannot_be_parsed_shows_nothing(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        editor.replace("model.py", f"{MODEL}    def (")
        assert await editor.codes("model.py") == []
        editor.replace("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]


async def test_a_closed_file_shows_nothing(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        identifier = lsp.TextDocumentIdentifier(editor.uri("model.py"))
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identifier))
        assert await editor.codes("model.py") == []


async def test_other_languages_and_excluded_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    async with editing(tmp_path) as editor:
        item = lsp.TextDocumentItem(editor.uri("readme.md"), "markdown", 1, f"```python\n{MODEL}```\n")
        editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        editor.open("build/model.py", MODEL)
        assert await editor.codes("build/model.py") == []
        assert editor.uri("readme.md") not in editor.shown


async def test_severities_can_be_set(tmp_path: Path) -> None:
    severity = {"bug": "hint", "legacy": "off"}
    async with editing(tmp_path, options={"severity": severity}) as editor:
        editor.open("model.py", MODEL)
        [found] = await editor.published(editor.uri("model.py"))
        assert found.severity == lsp.DiagnosticSeverity.Hint
        editor.open("legacy.py", LEGACY)
        assert await editor.codes("legacy.py") == []


async def test_legacy_is_information(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("legacy.py", LEGACY)
        [found] = await editor.published(editor.uri("legacy.py"))
        assert found.severity == lsp.DiagnosticSeverity.Information


async def test_options_of_the_editor_can_change(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        settings = {"training-phase": {"settings": {"ignore": ["KTP1"]}}}
        editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(settings))
        assert await editor.codes("model.py") == []


async def test_a_wrong_option_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with editing(tmp_path, options={"severity": {"bugs": "error"}}) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        [message] = editor.client.messages
        assert "severity: unknown kind of finding `bugs`; did you mean `bug`?" in message.message


async def test_settings_of_the_project_are_watched(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MODEL)
        assert await editor.codes("model.py") == ["KTP101"]
        editor.write("pyproject.toml", '[tool.training-phase]\nignore = ["KTP101"]\n')
        editor.touched("pyproject.toml", lsp.FileChangeType.Created)
        assert await editor.codes("model.py") == []
        assert editor.registered == ["workspace/didChangeWatchedFiles"]
        editor.write("pyproject.toml", '[tool.training-phase]\nignores = ["KTP101"]\n')
        editor.touched("pyproject.toml")
        assert await editor.codes("model.py") == []
        assert "unknown setting `ignores`" in editor.client.messages[-1].message
        editor.write("pyproject.toml", "")
        editor.touched("pyproject.toml")
        assert await editor.codes("model.py") == ["KTP101"]


async def open_two(editor: Editor) -> None:
    editor.write("helpers.py", HELPER)
    editor.open("model.py", CALLER)
    assert await editor.codes("model.py") == ["KTP201"]


async def test_a_file_changed_elsewhere_is_read_again(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        await open_two(editor)
        editor.write("helpers.py", HARMLESS)
        editor.touched("helpers.py")
        assert await editor.codes("model.py") == ["KTP202"]
        (tmp_path / "helpers.py").unlink()
        editor.touched("helpers.py", lsp.FileChangeType.Deleted)
        assert await editor.codes("model.py") == ["KTP202"]
        editor.write("helpers.py", HELPER)
        editor.touched("helpers.py", lsp.FileChangeType.Created)
        assert await editor.codes("model.py") == ["KTP201"]


async def test_what_is_typed_in_one_file_counts_in_those_that_import_it(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        await open_two(editor)
        editor.open("helpers.py", HELPER)
        editor.replace("helpers.py", HARMLESS)
        assert await editor.codes("helpers.py") == []
        while await editor.codes("model.py") != ["KTP202"]:
            pass
        identifier = lsp.TextDocumentIdentifier(editor.uri("helpers.py"))
        # Closed without being saved.
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identifier))
        assert await editor.codes("model.py") == ["KTP201"]


async def test_a_saved_file_is_read_again_where_it_is_imported(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        await open_two(editor)
        editor.write("helpers.py", HARMLESS)
        identifier = lsp.TextDocumentIdentifier(editor.uri("helpers.py"))
        editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(identifier))
        assert await editor.codes("model.py") == ["KTP202"]


async def test_diagnostics_are_pulled_by_editors_that_can(tmp_path: Path) -> None:
    async with editing(tmp_path, pulls=True) as editor:
        editor.open("model.py", MODEL)
        params = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(editor.uri("model.py")))
        report = await editor.client.text_document_diagnostic_async(params)
        assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
        assert [one.code for one in report.items] == ["KTP101"]
        editor.replace("model.py", FIXED_MODEL)
        report = await editor.client.text_document_diagnostic_async(params)
        assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
        assert not report.items
        # Nothing is shown twice.
        assert not editor.shown
