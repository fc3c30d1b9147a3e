"""An editor, as far as the language server can tell: real messages over its standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

COMMAND = [sys.executable, "-m", "flake8_training_phase.server.main"]
PATIENCE = 10.0
"""Seconds after which a message that has not come will not come."""


def capabilities(
    pulls: bool = False, resolves: bool = False, encodings: Sequence[str] | None = None
) -> lsp.ClientCapabilities:
    """What an editor says it can do."""
    watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    refreshed = lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=pulls)
    return lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=encodings),
        workspace=lsp.WorkspaceClientCapabilities(
            did_change_watched_files=watched, diagnostics=refreshed, configuration=True
        ),
        text_document=lsp.TextDocumentClientCapabilities(
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(related_information=True),
            diagnostic=lsp.DiagnosticClientCapabilities() if pulls else None,
            code_action=lsp.CodeActionClientCapabilities(
                is_preferred_support=True,
                resolve_support=lsp.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
                code_action_literal_support=lsp.ClientCodeActionLiteralOptions(
                    lsp.ClientCodeActionKindOptions(["", "quickfix", "source", "source.fixAll"])
                ),
            ),
            hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
        ),
        notebook_document=lsp.NotebookDocumentClientCapabilities(lsp.NotebookDocumentSyncClientCapabilities()),
    )


class Editor:
    """An editor with a folder open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = LanguageClient(converter_factory=default_converter)
        self.registered: list[str] = []
        self.shown: dict[str, list[lsp.Diagnostic]] = {}
        """What is shown now, by text."""
        self._published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self._versions: dict[str, int] = {}

        def on_diagnostics(params: lsp.PublishDiagnosticsParams) -> None:
            self._published.put_nowait(params)

        def on_registration(params: lsp.RegistrationParams) -> None:
            self.registered += [one.method for one in params.registrations]

        of_our_own = {
            lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: on_diagnostics,
            lsp.CLIENT_REGISTER_CAPABILITY: on_registration,
        }
        register_lsp_features(self.client, {**DEFAULT_CLIENT_FEATURES, **of_our_own})

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def write(self, name: str, text: str) -> None:
        """Write a file behind the editor's back."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def open(self, name: str, text: str) -> None:
        """Open a file, which is saved as it is shown."""
        self.write(name, text)
        item = lsp.TextDocumentItem(self.uri(name), "python", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def type(self, name: str, *changes: lsp.TextDocumentContentChangeEvent) -> None:
        """Change a text without saving it."""
        uri = self.uri(name)
        self._versions[uri] = self._versions.get(uri, 1) + 1
        identifier = lsp.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, list(changes)))

    def replace(self, name: str, text: str) -> None:
        """Change the whole text without saving it."""
        self.type(name, lsp.TextDocumentContentChangeWholeDocument(text))

    def touched(self, name: str, kind: lsp.FileChangeType = lsp.FileChangeType.Changed) -> None:
        """Tell of a watched file."""
        event = lsp.FileEvent(self.uri(name), kind)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))

    async def published(self, uri: str) -> list[lsp.Diagnostic]:
        """The next diagnostics that are published of a text."""
        while True:
            params = await asyncio.wait_for(self._published.get(), PATIENCE)
            self.shown[params.uri] = list(params.diagnostics)
            if params.uri == uri:
                return list(params.diagnostics)

    async def codes(self, name: str) -> list[object]:
        """The codes that are published next of a file."""
        return [one.code for one in await self.published(self.uri(name))]

    async def actions(self, uri: str, line: int, only: Sequence[str] | None = None) -> list[lsp.CodeAction]:
        """What is offered for a line."""
        where = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 200))
        context = lsp.CodeActionContext(diagnostics=[], only=only)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), where, context)
        found = await self.client.text_document_code_action_async(params)
        return [one for one in found or () if isinstance(one, lsp.CodeAction)]

    async def hover(self, name: str, line: int, character: int) -> str:
        """What is shown over a place."""
        identifier = lsp.TextDocumentIdentifier(self.uri(name))
        params = lsp.HoverParams(identifier, lsp.Position(line, character))
        found = await self.client.text_document_hover_async(params)
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else ""


@asynccontextmanager
async def editing(folder: Path, options: Any = None, **able: Any) -> AsyncIterator[Editor]:
    """An editor that has a folder open, and a server for it."""
    editor = Editor(folder)
    await ClientServerConfig(server_command=COMMAND, client_factory=lambda: editor.client).start()
    root = lsp.WorkspaceFolder(folder.as_uri(), folder.name)
    await editor.client.initialize_session(
        lsp.InitializeParams(
            capabilities=capabilities(**able),
            root_uri=folder.as_uri(),
            workspace_folders=[root],
            initialization_options=options,
        )
    )
    try:
        yield editor
    finally:
        await asyncio.wait_for(editor.client.shutdown_session(), PATIENCE)


def applied(text: str, edits: Sequence[Any]) -> str:
    """A text after edits of an editor that counts characters, as all do in ASCII."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for edit in sorted(edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text
