"""The checker and the fixer from Python."""

from __future__ import annotations

import dataclasses
import inspect
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flake8_training_phase import api
from flake8_training_phase.api import SettingsError, check_paths, check_text, fix_paths, fix_text
from tests.helpers import FIXED_MODEL, FORGETFUL, MISNAMED, MODEL
from tests.test_notebooks import code, notebook, written

# Text


def test_check_text() -> None:
    [finding] = check_text(FORGETFUL)
    assert finding.code == "KTP202"
    assert finding.name == "training-not-forwarded"
    assert finding.severity == "fragile"
    assert finding.keras == (2, 3)
    assert (finding.start, finding.end) == (api.Location(10, 16), api.Location(10, 28))
    behind_the_argument = api.Location(10, 27)
    [edit] = finding.fix.edits if finding.fix is not None else ()
    assert edit == api.Edit(behind_the_argument, behind_the_argument, ", training=training")


def test_fix_text() -> None:
    done = fix_text(MODEL)
    assert done.text == FIXED_MODEL
    assert [finding.code for finding in done.fixed] == ["KTP101"]
    assert done.findings == ()
    assert fix_text(MISNAMED).text == MISNAMED
    assert "call(self, x, training=False)" in fix_text(MISNAMED, unsafe=True).text


def test_settings_for_text(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.training-phase]\nkeras-versions = '2'\n")
    assert check_text(MODEL, filename=tmp_path / "model.py") == ()
    assert check_text(MODEL, {"keras-versions": "3"}, tmp_path / "model.py") != ()
    assert check_text(MODEL, {"keras-versions": "2"}) == ()


def test_text_that_cannot_be_analysed() -> None:
    broken = f"{MODEL}def f(:\n"
    [finding] = check_text(broken)
    assert (finding.code, finding.start.row) == ("KTP900", 11)
    assert fix_text(broken) == api.FixedText(broken, (), (finding,))


# Files


def test_check_paths(model: Path) -> None:
    [report] = check_paths([model.parent])
    [finding] = report.findings
    assert (report.path, finding.code, finding.start) == (model, "KTP101", api.Location(9, 5))
    assert model.read_text() == MODEL


def test_settings(model: Path) -> None:
    assert check_paths([model], {"keras-versions": "2"})[0].findings == ()
    with pytest.raises(SettingsError, match="did you mean `keras-versions`"):
        check_paths([model], {"keras": "2"})


def test_fix_paths(model: Path) -> None:
    [done] = fix_paths([str(model)])
    assert [finding.code for finding in done.fixed] == ["KTP101"]
    assert model.read_text() == FIXED_MODEL
    assert fix_paths([model]) == [api.FixedFile(model)]


def test_fix_without_writing(model: Path) -> None:
    model.write_text(MISNAMED)
    [safe], [unsafe] = fix_paths([model], write=False), fix_paths([model], unsafe=True, write=False)
    assert safe.data is None
    assert unsafe.data is not None
    assert b"call(self, x, training=False)" in unsafe.data
    assert model.read_text() == MISNAMED


def test_places_in_a_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(written(notebook(code("import keras\n"), code(MODEL))))
    [report] = check_paths([tmp_path])
    assert report.findings[0].start == api.Location(9, 5, cell=2)


def test_an_executor(model: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        assert check_paths([model], executor=executor) == check_paths([model])


def test_what_cannot_be_read(model: Path) -> None:
    missing, found = check_paths([model.with_name("gone.py"), model])
    assert missing.error == "cannot be read: No such file or directory"
    assert found.findings
    missing_too, fixed = fix_paths([model.with_name("gone.py"), model])
    assert missing_too.error == missing.error
    assert fixed.data == FIXED_MODEL.encode()


# What it promises


def test_what_is_public() -> None:
    assert sorted(api.__all__) == api.__all__
    assert {"check_text", "fix_text", "check_paths", "fix_paths", "SettingsError"} <= set(api.__all__)
    for name in api.__all__:
        assert inspect.getdoc(getattr(api, name)), name


def test_results_are_frozen() -> None:
    [finding] = check_text(MODEL)
    assert finding.fix is not None
    for one in (finding, finding.start, finding.fix, finding.fix.edits[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, dataclasses.fields(one)[0].name, None)
