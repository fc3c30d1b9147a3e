"""The plugin for python-lsp-server, over its standard input and output, beside flake8 which that server runs too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.helpers import FIXED_MODEL, MODEL

pytest.importorskip("pylsp")

Message = dict[str, Any]

SETTINGS = {
    "pylsp": {
        "plugins": {
            "flake8": {"enabled": True, "select": ["KTP"]},
            "pycodestyle": {"enabled": False},
            "pyflakes": {"enabled": False},
            "mccabe": {"enabled": False},
        }
    }
}
"""As docs/editors.md has them, and nothing but our codes."""


class Server:
    """A language server on its standard input and output."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._stdin = stdin
        self._stdout = stdout

    def send(self, method: str, parameters: object, number: int | None = None) -> None:
        """Send a request, or a notification when it has no number."""
        message: Message = {"jsonrpc": "2.0", "method": method, "params": parameters}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._stdin.flush()

    def messages(self) -> Iterator[Message]:
        """What the server says, until it ends."""
        while header := self._stdout.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = self._stdout.readline()
            yield json.loads(self._stdout.read(length))

    def diagnostics(self, uri: str) -> list[Message]:
        """The next diagnostics of a document."""
        for message in self.messages():
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]  # type: ignore[no-any-return]
        raise AssertionError("the server ended")


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """A server for a folder, with the settings of an editor."""
    command = [sys.executable, "-m", "pylsp"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = Server(process.stdin, process.stdout)
        server.send("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}, number=1)
        assert next(one for one in server.messages() if one.get("id") == 1)["result"]["capabilities"]
        server.send("initialized", {})
        server.send("workspace/didChangeConfiguration", {"settings": SETTINGS})
        yield server
        server.send("shutdown", None, number=2)
        server.send("exit", None)


def opened(server: Server, path: Path) -> list[Message]:
    path.write_text(MODEL)
    document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": MODEL}
    server.send("textDocument/didOpen", {"textDocument": document})
    return server.diagnostics(path.as_uri())


def test_diagnostics_end_where_the_finding_ends_and_come_once(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    with served(tmp_path) as server:
        # flake8 is on too: what it says of our codes is left out.
        (found,) = opened(server, path)
        # The text in the editor counts, not the file.
        changed = {"textDocument": {"uri": path.as_uri(), "version": 2}, "contentChanges": [{"text": FIXED_MODEL}]}
        server.send("textDocument/didChange", changed)
        assert server.diagnostics(path.as_uri()) == []
    assert (found["source"], found["code"], found["severity"]) == ("training-phase", "KTP101", 1)
    assert found["message"].startswith("`Model.call` takes no `training`")
    assert found["range"] == {"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 20}}
    assert found["relatedInformation"][0]["location"]["range"]["start"] == {"line": 9, "character": 15}


def test_code_actions(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    where = {"start": {"line": 8, "character": 0}, "end": {"line": 8, "character": 9}}
    with served(tmp_path) as server:
        opened(server, path)
        parameters = {"textDocument": {"uri": path.as_uri()}, "range": where, "context": {"diagnostics": []}}
        server.send("textDocument/codeAction", parameters, number=7)
        actions = next(one for one in server.messages() if one.get("id") == 7)["result"]
    kinds = [(one["kind"], one.get("isPreferred")) for one in actions]
    assert kinds == [("quickfix", True), ("quickfix", False), ("source.fixAll.training-phase", None)]
    assert len(actions[0]["edit"]["changes"][path.as_uri()]) == 2


def test_settings_of_the_plugin(tmp_path: Path) -> None:
    plugins = {**SETTINGS["pylsp"]["plugins"], "training_phase": {"severity": {"bug": "hint"}}}
    with served(tmp_path) as server:
        server.send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
        (found,) = opened(server, tmp_path / "model.py")
    assert found["severity"] == 4


def test_with_the_plugin_off_flake8_speaks(tmp_path: Path) -> None:
    plugins = {**SETTINGS["pylsp"]["plugins"], "training_phase": {"enabled": False}}
    with served(tmp_path) as server:
        server.send("workspace/didChangeConfiguration", {"settings": {"pylsp": {"plugins": plugins}}})
        (found,) = opened(server, tmp_path / "model.py")
    assert (found["source"], found["code"]) == ("flake8", "KTP101")
