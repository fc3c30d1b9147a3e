"""Notebooks, which an editor shows cell by cell."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pytest_lsp")
from lsprotocol import types as lsp

from tests.helpers import FORGETFUL
from tests.server.client import Editor, applied, editing

pytestmark = pytest.mark.asyncio

IMPORT, CLASS = FORGETFUL.split("\n", 1)
CELLS = [f"%matplotlib inline\n{IMPORT}", CLASS.strip()]


def cell(editor: Editor, number: int) -> str:
    return f"{editor.uri('notebook.ipynb')}#cell{number}".replace("file:", "vscode-notebook-cell:")


def document(editor: Editor, number: int) -> lsp.NotebookCell:
    return lsp.NotebookCell(lsp.NotebookCellKind.Code, cell(editor, number))


def item(editor: Editor, number: int, text: str) -> lsp.TextDocumentItem:
    return lsp.TextDocumentItem(cell(editor, number), "python", 1, text)


def opened(editor: Editor) -> None:
    cells = [document(editor, number) for number in range(len(CELLS))]
    notebook = lsp.NotebookDocument(editor.uri("notebook.ipynb"), "jupyter-notebook", 1, cells)
    items = [item(editor, number, text) for number, text in enumerate(CELLS)]
    editor.client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(notebook, items))


def changed(editor: Editor, change: lsp.NotebookDocumentCellChanges) -> None:
    identifier = lsp.VersionedNotebookDocumentIdentifier(2, editor.uri("notebook.ipynb"))
    params = lsp.DidChangeNotebookDocumentParams(identifier, lsp.NotebookDocumentChangeEvent(cells=change))
    editor.client.notebook_document_did_change(params)


async def test_a_finding_stands_in_its_cell(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        opened(editor)
        assert await editor.published(cell(editor, 0)) == []
        [found] = await editor.published(cell(editor, 1))
        assert (found.code, found.range.start.line) == ("KTP202", 6)
        [fix, *_] = await editor.actions(cell(editor, 1), 6, only=["quickfix"])
        assert fix.edit is not None
        assert fix.edit.changes is not None
        edits = fix.edit.changes[cell(editor, 1)]
        assert applied(CELLS[1], edits) == CELLS[1].replace("drop(x)", "drop(x, training=training)")


async def test_cells_change_come_and_go(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        opened(editor)
        assert len(await editor.published(cell(editor, 1))) == 1
        # Typed into a cell.
        where = lsp.Position(6, 25)
        event = lsp.TextDocumentContentChangePartial(lsp.Range(where, where), ", training=training")
        identifier = lsp.VersionedTextDocumentIdentifier(2, cell(editor, 1))
        content = lsp.NotebookDocumentCellContentChanges(identifier, [event])
        changed(editor, lsp.NotebookDocumentCellChanges(text_content=[content]))
        assert await editor.published(cell(editor, 1)) == []
        # A new cell in front of the others.
        array = lsp.NotebookCellArrayChange(0, 0, [document(editor, 2)])
        structure = lsp.NotebookDocumentCellChangeStructure(array, [item(editor, 2, FORGETFUL)])
        changed(editor, lsp.NotebookDocumentCellChanges(structure=structure))
        assert [one.range.start.line for one in await editor.published(cell(editor, 2))] == [9]
        # It goes again.
        gone = lsp.NotebookDocumentCellChangeStructure(
            lsp.NotebookCellArrayChange(0, 1), did_close=[lsp.TextDocumentIdentifier(cell(editor, 2))]
        )
        changed(editor, lsp.NotebookDocumentCellChanges(structure=gone))
        assert await editor.published(cell(editor, 2)) == []


async def test_a_cell_that_cannot_be_parsed_leaves_the_others(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        opened(editor)
        assert len(await editor.published(cell(editor, 1))) == 1
        identifier = lsp.VersionedTextDocumentIdentifier(2, cell(editor, 0))
        event = lsp.TextDocumentContentChangeWholeDocument(f"{IMPORT}\n")
        content = lsp.NotebookDocumentCellContentChanges(identifier, [event])
        changed(editor, lsp.NotebookDocumentCellChanges(text_content=[content]))
        assert await editor.published(cell(editor, 0)) == []
        assert len(await editor.published(cell(editor, 1))) == 1
