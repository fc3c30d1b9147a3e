"""The tool from Python."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flake8_training_phase.api import check, fix
from flake8_training_phase.configuration.errors import SettingsError
from tests.helpers import FIXED_MODEL, MISNAMED, MODEL


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def test_check(model: Path) -> None:
    [result] = check([model.parent])
    [finding] = result.findings
    assert (result.path, finding.code, finding.start.row) == (model, "KTP101", 9)
    assert model.read_text() == MODEL


def test_settings(model: Path) -> None:
    assert check([model], {"keras": "2"})[0].findings == ()
    with pytest.raises(SettingsError, match="did you mean `keras`"):
        check([model], {"keras ": "2"})


def test_fix(model: Path) -> None:
    [result] = fix([str(model)])
    assert [finding.code for finding in result.made] == ["KTP101"]
    assert model.read_text() == FIXED_MODEL


def test_fix_without_writing(model: Path) -> None:
    model.write_text(MISNAMED)
    [safe], [unsafe] = fix([model], write=False), fix([model], unsafe=True, write=False)
    assert not safe.changed
    assert unsafe.after is not None
    assert "call(self, x, training=False)" in unsafe.after.source.text
    assert model.read_text() == MISNAMED


def test_an_executor(model: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        [there], [here] = check([model], executor=executor), check([model])
    assert there.findings == here.findings


def test_what_cannot_be_read(model: Path) -> None:
    missing, found = check([model.with_name("gone.py"), model])
    assert missing.error == "cannot be read: No such file or directory"
    assert found.findings
