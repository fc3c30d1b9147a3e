"""What an editor offers to do about findings."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("pytest_lsp")
from lsprotocol import types as lsp

from tests.helpers import FIXED_MODEL, FORGETFUL, MISNAMED, MODEL
from tests.server.client import applied, editing

pytestmark = pytest.mark.asyncio

TWO = FORGETFUL + MODEL.replace("import keras\n", "").replace("Model(", "Other(")


def changes(action: lsp.CodeAction, uri: str) -> list[lsp.TextEdit]:
    assert action.edit is not None
    assert action.edit.changes is not None
    assert set(action.edit.changes) == {uri}
    return list(action.edit.changes[uri])


async def test_a_safe_fix_is_preferred_and_a_comment_is_offered(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", FORGETFUL)
        uri = editor.uri("model.py")
        fix, silence = await editor.actions(uri, 9, only=["quickfix"])
        shown = await editor.published(uri)
    assert (fix.title, fix.kind, fix.is_preferred) == ("KTP202: Pass `training=training`", "quickfix", True)
    assert list(fix.diagnostics or ()) == shown
    assert changes(fix, uri) == [
        lsp.TextEdit(lsp.Range(lsp.Position(9, 26), lsp.Position(9, 26)), ", training=training")
    ]
    assert (silence.title, silence.is_preferred) == ("KTP202: Silence with `# noqa: KTP202`", False)
    assert applied(FORGETFUL, changes(silence, uri)) == FORGETFUL.replace("drop(x)", "drop(x)  # noqa: KTP202")


async def test_an_unsafe_fix_says_so(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", MISNAMED)
        fix, _ = await editor.actions(editor.uri("model.py"), 8, only=["quickfix"])
        assert fix.title.endswith("(unsafe)")
        assert fix.is_preferred is False
        assert not await editor.actions(editor.uri("model.py"), 8, only=["source.fixAll"])


async def test_nothing_is_offered_elsewhere(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", FORGETFUL)
        assert await editor.actions(editor.uri("model.py"), 3, only=["quickfix"]) == []
        assert await editor.actions(editor.uri("model.py"), 9, only=["refactor"]) == []
        assert await editor.actions(editor.uri("other.py"), 9) == []


@pytest.mark.parametrize("only", [["source"], ["source.fixAll"], ["source.fixAll.training-phase"]])
async def test_all_safe_fixes_at_once(tmp_path: Path, only: list[str]) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", TWO)
        [action] = await editor.actions(editor.uri("model.py"), 0, only=only)
        assert action.kind == "source.fixAll.training-phase"
        fixed = applied(TWO, changes(action, editor.uri("model.py")))
        editor.replace("model.py", fixed)
        assert await editor.codes("model.py") == ["KTP202", "KTP101"]
        assert await editor.codes("model.py") == []
    assert fixed.startswith(FIXED_MODEL)


async def test_all_safe_fixes_are_worked_out_when_they_are_wanted(tmp_path: Path) -> None:
    async with editing(tmp_path, resolves=True) as editor:
        editor.open("model.py", FORGETFUL)
        [action] = await editor.actions(editor.uri("model.py"), 0, only=["source.fixAll"])
        assert action.edit is None
        action = await editor.client.code_action_resolve_async(action)
        assert applied(FORGETFUL, changes(action, editor.uri("model.py"))) == FIXED_MODEL


async def test_what_is_offered_is_for_the_text_as_it_is(tmp_path: Path) -> None:
    async with editing(tmp_path) as editor:
        editor.open("model.py", FIXED_MODEL)
        editor.replace("model.py", f"\n{FORGETFUL}")
        fix, _ = await editor.actions(editor.uri("model.py"), 10, only=["quickfix"])
        assert applied(f"\n{FORGETFUL}", changes(fix, editor.uri("model.py"))) == f"\n{FIXED_MODEL}"


async def test_windows_line_ends_stay(tmp_path: Path) -> None:
    text = FORGETFUL.replace("\n", "\r\n")
    async with editing(tmp_path) as editor:
        editor.open("model.py", text)
        [action] = await editor.actions(editor.uri("model.py"), 0, only=["source.fixAll"])
        assert applied(text, changes(action, editor.uri("model.py"))) == FIXED_MODEL.replace("\n", "\r\n")
