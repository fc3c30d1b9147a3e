"""Which rules are on, and where settings come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_training_phase import codes
from flake8_training_phase.keras.targets import FORMS, targets
from flake8_training_phase.settings import Settings, SettingsError, load_settings, nearest

OFF, ON = False, True
"""Whether a rule is on by default."""


@pytest.mark.parametrize(
    ("settings", "code", "default", "selected"),
    [
        (Settings(), "KTP101", ON, True),
        (Settings(), "KTP101", OFF, False),
        (Settings(), "KTP900", OFF, True),
        (Settings(select=("KTP1",)), "KTP101", ON, True),
        (Settings(select=("KTP1",)), "KTP101", OFF, True),
        (Settings(select=("KTP1",)), "KTP202", ON, False),
        (Settings(select=("KTP1",)), "KTP900", ON, False),
        (Settings(select=("ALL",)), "KTP202", OFF, True),
        (Settings(extend_select=("KTP202",)), "KTP202", OFF, True),
        (Settings(extend_select=("KTP202",)), "KTP101", ON, True),
        (Settings(extend_select=("KTP202",)), "KTP101", OFF, False),
        (Settings(ignore=("KTP1",)), "KTP101", ON, False),
        (Settings(ignore=("KTP1",)), "KTP202", ON, True),
        (Settings(ignore=("KTP1",)), "KTP202", OFF, False),
        (Settings(ignore=("ALL",)), "KTP101", ON, False),
        # The longer prefix wins, and `ignore` where both are of one length.
        (Settings(select=("KTP101",), ignore=("KTP1",)), "KTP101", ON, True),
        (Settings(select=("KTP1",), ignore=("KTP101",)), "KTP101", ON, False),
        (Settings(select=("KTP101",), ignore=("KTP101",)), "KTP101", ON, False),
        (Settings(select=("KTP1",), extend_select=("KTP101",), ignore=("KTP10",)), "KTP101", ON, True),
        (Settings(select=("KTP101",), ignore=("ALL",)), "KTP101", ON, True),
        (Settings(select=("ALL",), ignore=("KTP101",)), "KTP101", ON, False),
    ],
)
def test_selects(settings: Settings, code: str, default: bool, selected: bool) -> None:
    assert settings.selects(code, default) is selected


def test_no_pyproject(tmp_path: Path) -> None:
    assert load_settings(None, {}) == Settings()
    assert load_settings(None, {"select": ("ktp101",), "keras": "3"}) == Settings(("KTP101",), keras=targets("3"))


def test_nearest_pyproject_counts(tmp_path: Path) -> None:
    inner = tmp_path / "package" / "module"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.training-phase]\nselect = ["KTP1"]\nextend-select = ["KTP202"]\nignore = ["KTP102"]\nkeras = "2"\n'
    )
    settings = load_settings(inner, {})
    assert settings == Settings(("KTP1",), ("KTP202",), ("KTP102",), targets("2"))
    assert load_settings(inner, {"select": ("KTP4",), "keras": "all"}) == Settings(("KTP4",), ("KTP202",), ("KTP102",))
    (inner / "pyproject.toml").write_text("[project]\nname = 'nothing'\n")
    assert load_settings(inner, {}) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keras = 2", None),
        ("project = false", None),
        ('select = ["ALL"]', None),
        ('ignore = ["KTP900"]', None),
        ("keras = 4", f"keras must be {FORMS}; not `4`"),
        ("select = 'KTP101'", "select must be a list of codes, not `KTP101`"),
        ("select = [101]", "select must be a list of codes"),
        ('select = ["KTP2O2"]', "no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        ('extend-select = ["XYZ"]', "extend-select: no rule has the code `XYZ`"),
        ('project = "yes"', "project must be true or false"),
        ('slect = ["KTP101"]', "unknown setting `slect`; did you mean `select`?"),
        ("select = [", "cannot be read"),
    ],
)
def test_what_pyproject_may_say(tmp_path: Path, text: str, said: str | None) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.training-phase]\n{text}\n")
    if said is None:
        assert load_settings(tmp_path, {}) != Settings()
        return
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path, {})
    assert said in str(error.value)
    assert "\n" not in str(error.value).strip()


@pytest.mark.parametrize("text", ["[tool]\ntraining-phase = 3\n", "[[tool.training-phase]]\nkeras = 2\n"])
def test_no_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"tool\.training-phase must be a table"):
        load_settings(tmp_path, {})


def test_somebody_elses_mistake(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    assert load_settings(tmp_path, {}) == Settings()


def test_undecodable_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# caf\xe9\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("word", "said"),
    [("KTP2O2", "; did you mean `KTP202`?"), ("KTP1O1", "; did you mean `KTP101`?"), ("zebra", "")],
)
def test_nearest(word: str, said: str) -> None:
    assert nearest(word, codes.rule_modules()) == said


def test_codes_are_read_from_file_names() -> None:
    assert codes.rule_modules()["KTP202"] == "ktp202_training_not_forwarded"
    assert codes.rule_name("KTP202") == "training-not-forwarded"
    assert codes.rule_name("KTP900") == "not-analysed"
    with pytest.raises(KeyError):
        codes.rule_name("KTP999")


@pytest.mark.parametrize(
    ("prefixes", "unknown"),
    [
        (("K", "KTP", "KTP2", "KTP202", "ALL", "KTP900"), []),
        (("KTP99", "E501", "KTP2022"), ["KTP99", "E501", "KTP2022"]),
    ],
)
def test_unknown_prefixes(prefixes: tuple[str, ...], unknown: list[str]) -> None:
    assert codes.unknown_prefixes(prefixes) == unknown
