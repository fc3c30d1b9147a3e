"""The server: what an editor says goes to `Checks`, and what comes of it goes back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from flake8_training_phase import __version__
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.server import watching
from flake8_training_phase.server.actions import FIX_ALL, QUICK_FIX, fix_all, has_safe_fix, is_wanted, quick_fixes
from flake8_training_phase.server.checks import Checks
from flake8_training_phase.server.diagnostics import SOURCE, diagnostics
from flake8_training_phase.server.documents import EditorFile, TextChange
from flake8_training_phase.server.hover import hover
from flake8_training_phase.server.options import Options
from flake8_training_phase.server.units import EditorPosition, EditorRange, Units
from flake8_training_phase.sources.globs import absolute

PAUSE = 0.1
"""Seconds without another change after which a text that is being written is checked."""
SECTION = "training-phase"
"""The name of the server's part in the settings of an editor."""

_CONVERTER = get_converter()
"""Between what is sent to the editor and what pygls takes."""
_NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithNotebook(
            notebook=lsp.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
            cells=[lsp.NotebookCellLanguage(language="python")],
        )
    ]
)


class Server(LanguageServer):
    """One server for one editor."""

    def __init__(self) -> None:
        super().__init__("training-phase-lsp", __version__, notebook_document_sync=_NOTEBOOKS)
        self.options = Options()
        self.checks = Checks(Configuration({}, front_end="editor"))
        self._by_uri: dict[str, Path] = {}
        self._told: str | None = None
        for method, handler, *options in _HANDLERS:
            self.feature(method, *options)(_bound(handler, self))

    @property
    def units(self) -> Units:
        """How the editor counts in a line."""
        return Units(lsp.PositionEncodingKind(self.workspace.position_encoding or "utf-16").value)

    def file(self, uri: str) -> EditorFile | None:
        """The open file that a text belongs to."""
        path = self._by_uri.get(uri)
        return next((one for one in self.checks.files if one.path == path), None)

    def put(self, file: EditorFile) -> None:
        """A file was opened or changed."""
        self._by_uri |= dict.fromkeys(file.texts, file.path)
        self.checks.put(file)

    def close(self, file: EditorFile) -> None:
        """A file was closed."""
        others = self.checks.depending_on(file.path)
        self.checks.close(file)
        self.drop(file.texts)
        self.show(others)

    def drop(self, uris: Iterable[str]) -> None:
        """Texts are closed: nothing is shown of them any more."""
        for uri in uris:
            self._by_uri.pop(uri, None)
            if not self.is_pulled:
                self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    def configure(self, given: object) -> None:
        """Take the options of the editor; what is wrong with them is said, and the ones before are kept."""
        try:
            options = Options.read(given)
            configuration = Configuration(options.settings, front_end="editor")
        except SettingsError as error:
            self.complain(error)
            return
        self.options = options
        self.checks.start_again(configuration)

    def read_settings_again(self) -> None:
        """Files with settings have changed."""
        self.checks.start_again(Configuration(self.options.settings, front_end="editor"))

    def complain(self, error: SettingsError) -> None:
        """Say what is wrong with settings, once."""
        message = f"training-phase: {error}"
        if message != self._told:
            self._told = message
            self.window_show_message(lsp.ShowMessageParams(type=lsp.MessageType.Error, message=message))

    def diagnostics(self, file: EditorFile) -> dict[str, list[lsp.Diagnostic]]:
        """What there is to show of a file, by its texts; nothing while its settings mean nothing."""
        try:
            findings = self.checks.findings(file)
            self._told = None
        except SettingsError as error:
            self.complain(error)
            findings = ()
        shown = diagnostics(file, findings, self.options, self._shows_related)
        return {uri: [_typed(one, lsp.Diagnostic) for one in found] for uri, found in shown.items()}

    def show(self, files: Iterable[EditorFile]) -> None:
        """Have the editor show the diagnostics of files: by sending them, or by asking it to request them."""
        if self.is_pulled:
            self.workspace_diagnostic_refresh(None)
            return
        for file in files:
            for uri, found in self.diagnostics(file).items():
                self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=found))

    @property
    def is_pulled(self) -> bool:
        """Whether the editor asks for diagnostics, and accepts a request to refresh; otherwise they are pushed."""
        text, workspace = self.client_capabilities.text_document, self.client_capabilities.workspace
        refreshed = workspace and workspace.diagnostics and workspace.diagnostics.refresh_support
        return bool(text and text.diagnostic and refreshed)

    @property
    def _shows_related(self) -> bool:
        text = self.client_capabilities.text_document
        shown = [one for one in (text and text.publish_diagnostics, text and text.diagnostic) if one]
        return any(getattr(one, "related_information", False) for one in shown)


def initialize(server: Server, params: lsp.InitializeParams) -> None:
    """An editor begins."""
    root = server.workspace.root_path
    if root is not None and Path(root).is_dir():
        os.chdir(root)  # What an editor leaves out, it leaves out of the folder that it has open.
    server.configure(params.initialization_options)
    if server.is_pulled:
        options = lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SOURCE)
        server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, options)(_bound(pull, server))


async def initialized(server: Server, _: lsp.InitializedParams) -> None:
    """The editor can be asked: for its settings, and to watch files."""
    await _ask_for_options(server)
    workspace = server.client_capabilities.workspace
    if workspace and workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration:
        watchers = [lsp.FileSystemWatcher(glob_pattern=glob) for glob in watching.GLOBS]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        watch = lsp.Registration("watched-files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await server.client_register_capability_async(lsp.RegistrationParams([watch]))


async def did_change_configuration(server: Server, params: lsp.DidChangeConfigurationParams) -> None:
    """The settings of the editor have changed: they come along, or are asked for."""
    sent = params.settings
    if isinstance(sent, dict) and SECTION in sent:
        server.configure(sent[SECTION])
        server.show(server.checks.files)
    else:
        await _ask_for_options(server)


async def _ask_for_options(server: Server) -> None:
    workspace = server.client_capabilities.workspace
    if workspace and workspace.configuration:
        items = [lsp.ConfigurationItem(section=SECTION)]
        [given] = await server.workspace_configuration_async(lsp.ConfigurationParams(items=items))
        if given:
            server.configure(_wire(given))
            server.show(server.checks.files)


def did_open(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    """A file was opened."""
    document = params.text_document
    if document.language_id == "python":
        _opened(server, EditorFile(_path(document.uri), {document.uri: document.text}, units=server.units))


def _opened(server: Server, file: EditorFile) -> None:
    others = server.checks.depending_on(file.path)
    server.put(file)
    server.show([file, *others])


def did_change(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    """A text was changed; it is checked when nothing more comes for a moment."""
    uri = params.text_document.uri
    file = server.file(uri)
    if file is not None:
        _changed(server, file.changed(uri, _changes(params.content_changes)))


def _changed(server: Server, file: EditorFile) -> None:
    others = server.checks.depending_on(file.path)
    server.put(file)

    def show() -> None:
        if any(one is file for one in server.checks.files):  # Nothing more has come.
            server.show([file, *others])

    asyncio.get_running_loop().call_later(PAUSE, show)


def did_save(server: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    """A file was saved: what depends on it is looked at again, and settings, which an editor may not watch."""
    path = _path(params.text_document.uri)
    server.checks.changed(path)
    server.read_settings_again()
    server.show(server.checks.files)


def did_close(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    """A file was closed."""
    file = server.file(params.text_document.uri)
    if file is not None:
        server.close(file)


def notebook_did_open(server: Server, params: lsp.DidOpenNotebookDocumentParams) -> None:
    """A notebook was opened."""
    texts = {cell.uri: cell.text for cell in params.cell_text_documents}
    _opened(server, EditorFile(_path(params.notebook_document.uri), texts, is_notebook=True, units=server.units))


def notebook_did_change(server: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
    """Cells of a notebook have come, gone, moved or changed."""
    path = _path(params.notebook_document.uri)
    file = next((one for one in server.checks.files if one.path == path), None)
    notebook = server.workspace.get_notebook_document(notebook_uri=params.notebook_document.uri)
    cells = params.change.cells
    if file is None or notebook is None or cells is None:
        return
    opened = (cells.structure.did_open or ()) if cells.structure else ()
    texts = {**file.texts, **{cell.uri: cell.text for cell in opened}}
    server.drop(one.uri for one in ((cells.structure.did_close or ()) if cells.structure else ()))
    in_order = {cell.document: texts[cell.document] for cell in notebook.cells if cell.document in texts}
    changed = EditorFile(path, in_order, is_notebook=True, units=server.units)
    for change in cells.text_content or ():
        changed = changed.changed(change.document.uri, _changes(change.changes))
    _changed(server, changed)


def notebook_did_close(server: Server, params: lsp.DidCloseNotebookDocumentParams) -> None:
    """A notebook was closed."""
    path = _path(params.notebook_document.uri)
    for file in server.checks.files:
        if file.path == path:
            server.close(file)


def did_change_watched_files(server: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
    """Files have changed outside of the editor, or were saved in it."""
    changes = [(_path(one.uri), int(one.type)) for one in params.changes]
    if watching.touches_settings(changes):
        server.read_settings_again()
    elif watching.touches_imports(changes):
        server.checks.start_again()
    for path, _ in changes:
        server.checks.changed(path)
    server.show(server.checks.files)


def pull(server: Server, params: lsp.DocumentDiagnosticParams) -> lsp.RelatedFullDocumentDiagnosticReport:
    """The diagnostics of one text, for an editor that asks for them."""
    file = server.file(params.text_document.uri)
    found = [] if file is None else server.diagnostics(file)[params.text_document.uri]
    return lsp.RelatedFullDocumentDiagnosticReport(items=found)


def code_action(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What can be done about what is in a range."""
    uri, only = params.text_document.uri, params.context.only
    file = server.file(uri)
    if file is None:
        return []
    try:
        findings = server.checks.fixable(file)
        found: list[dict[str, Any]] = []
        if is_wanted(QUICK_FIX, only):
            where: EditorRange = _wire(params.range)
            found += quick_fixes(file, findings, uri, where, server.options)
        if is_wanted(FIX_ALL, only) and has_safe_fix(findings):
            later = _resolves_edits(server)
            action = fix_all(file, None if later else lambda: server.checks.fixed(file))
            found.append({**action, "data": {"uri": uri}})
    except SettingsError:
        return []  # Said where the diagnostics are missing.
    return [_sent(one) for one in found]


def resolve_code_action(server: Server, action: lsp.CodeAction) -> lsp.CodeAction:
    """The edits of an action that was offered without them."""
    data: Any = _wire(action.data)
    file = server.file(data["uri"]) if data else None
    if file is None or action.edit is not None:
        return action
    try:
        return _sent(fix_all(file, lambda: server.checks.fixed(file)))
    except SettingsError:
        return action


def _resolves_edits(server: Server) -> bool:
    text = server.client_capabilities.text_document
    resolved = text.code_action.resolve_support if text and text.code_action else None
    return resolved is not None and "edit" in resolved.properties


def _sent(action: dict[str, Any]) -> lsp.CodeAction:
    changes = action.pop("changes", None)
    edit = {} if changes is None else {"edit": {"changes": changes}}
    sent: lsp.CodeAction = _typed({**action, **edit}, lsp.CodeAction)
    return sent


def show_hover(server: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    """The page of a finding, and the modes of a layer call."""
    uri = params.text_document.uri
    file = server.file(uri)
    if file is None:
        return None
    where: EditorPosition = _wire(params.position)
    try:
        text = hover(file, file.position(uri, where), server.checks)
    except SettingsError:
        return None
    return None if text is None else lsp.Hover(lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=text))


def _changes(changes: Sequence[object]) -> list[TextChange]:
    return [_wire(one) for one in changes]


def _wire(message: object) -> Any:
    return _CONVERTER.unstructure(message)


def _typed(wire: object, kind: type[Any]) -> Any:
    return _CONVERTER.structure(wire, kind)


def _path(uri: str) -> Path:
    return Path(absolute(Path(to_fs_path(uri) or uri)))


def _bound(handler: Callable[..., Any], server: Server) -> Callable[..., Any]:
    """A handler of one server; what pygls makes of a function shows whether it is asynchronous."""
    if asyncio.iscoroutinefunction(handler):

        async def waiting(params: Any) -> Any:
            return await handler(server, params)

        return waiting

    def direct(params: Any) -> Any:
        return handler(server, params)

    return direct


_HANDLERS: tuple[tuple[Any, ...], ...] = (
    (lsp.INITIALIZE, initialize),
    (lsp.INITIALIZED, initialized),
    (lsp.TEXT_DOCUMENT_DID_OPEN, did_open),
    (lsp.TEXT_DOCUMENT_DID_CHANGE, did_change),
    (lsp.TEXT_DOCUMENT_DID_SAVE, did_save),
    (lsp.TEXT_DOCUMENT_DID_CLOSE, did_close),
    (lsp.NOTEBOOK_DOCUMENT_DID_OPEN, notebook_did_open),
    (lsp.NOTEBOOK_DOCUMENT_DID_CHANGE, notebook_did_change),
    (lsp.NOTEBOOK_DOCUMENT_DID_CLOSE, notebook_did_close),
    (lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration),
    (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files),
    (
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        code_action,
        lsp.CodeActionOptions(code_action_kinds=[QUICK_FIX, FIX_ALL], resolve_provider=True),
    ),
    (lsp.CODE_ACTION_RESOLVE, resolve_code_action),
    (lsp.TEXT_DOCUMENT_HOVER, show_hover),
)
