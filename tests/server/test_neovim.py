"""A real Neovim, with the configuration of docs/editors.md: it shows what is wrong and repairs it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import FIXED_MODEL, FORGETFUL

pytest.importorskip("pygls")

ROOT = Path(__file__).parents[2]

SERVERS = {"training-phase-lsp": "flake8_training_phase.server.main", "pylsp": "pylsp"}
"""The servers that the page starts, and the modules that they are."""

SAVE = """
vim.cmd.edit("model.py")
if not vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50) then vim.cmd("cquit 1") end
vim.cmd.write()
vim.cmd("qall!")
"""

SCRIPT = """
local function fail(message) print(message) vim.cmd("cquit 1") end
vim.cmd.edit("model.py")
if not vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50) then fail("no diagnostics") end
local shown = vim.tbl_map(function(one)
  return { code = one.code, severity = one.severity, from = { one.lnum, one.col }, to = { one.end_lnum, one.end_col } }
end, vim.diagnostic.get(0))
vim.api.nvim_win_set_cursor(0, { 10, 20 })
vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.isPreferred end })
local changed = function() return vim.api.nvim_buf_get_lines(0, 9, 10, false)[1]:find("training=training") end
if not vim.wait(30000, changed, 50) then fail("nothing was repaired") end
if not vim.wait(30000, function() return #vim.diagnostic.get(0) == 0 end, 50) then fail("still shown") end
vim.cmd.write()
vim.fn.writefile({ vim.json.encode(shown) }, "shown.json")
vim.cmd("qall!")
"""


def neovim() -> str:
    """The path of a Neovim that configures language servers by itself; the test is skipped without one."""
    beside = Path(sys.executable).with_name("nvim")
    found = str(beside) if beside.exists() else shutil.which("nvim")
    if found is None:
        pytest.skip("no Neovim is installed")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.match(r"NVIM v(\d+)\.(\d+)", version)
    if number is None or (int(number[1]), int(number[2])) < (0, 11):
        pytest.skip(f"needs Neovim 0.11 or later, not {version.partition(chr(10))[0] or 'one that does not start'}")
    return found


def snippet(word: str) -> str:
    """The snippet with a word on the page on editors, with the servers of this Python."""
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    [found] = [str(text) for text in re.findall(r"```lua\n(.*?)```", page, re.DOTALL) if word in text]
    for program, module in SERVERS.items():
        command = f"{{ {json.dumps(sys.executable)}, '-m', '{module}' }}"
        found = found.replace(f'{{ "{program}" }}', command)
    return found


def run(folder: Path, configuration: str, script: str) -> None:
    """Run a script in a Neovim with a configuration, in a folder with a model that forgets the flag."""
    program = neovim()
    (folder / "model.py").write_text(FORGETFUL)
    (folder / "pyproject.toml").write_text("")
    (folder / "init.lua").write_text(configuration)
    (folder / "script.lua").write_text(script)
    command = [program, "--headless", "-u", "init.lua", "-i", "NONE", "-n", "-c", "luafile script.lua"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_saving_fixes_what_is_safe(tmp_path: Path) -> None:
    run(tmp_path, snippet('"training-phase-lsp" }') + snippet("BufWritePre"), SAVE)
    assert (tmp_path / "model.py").read_text() == FIXED_MODEL


@pytest.mark.parametrize("server", SERVERS)
def test_neovim_shows_and_repairs(server: str, tmp_path: Path) -> None:
    if server == "pylsp":
        pytest.importorskip("pylsp")
    run(tmp_path, snippet(f'"{server}" }}'), SCRIPT)
    assert json.loads((tmp_path / "shown.json").read_text()) == [
        {"code": "KTP202", "severity": 2, "from": [9, 15], "to": [9, 27]}
    ]
    assert (tmp_path / "model.py").read_text() == FIXED_MODEL
