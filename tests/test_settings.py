"""Which rules are on, and where settings come from."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from flake8_training_phase import codes
from flake8_training_phase.configuration.errors import SettingsError, nearest
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.keras.targets import ALL_RELEASES, FORMS, targets
from tests.helpers import MODEL, flake8

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


def resolved(folder: Path, **given: object) -> Settings:
    """The settings for a folder when options were given."""
    return Configuration({key.replace("_", "-"): value for key, value in given.items()}).for_folder(folder).settings


def write(folder: Path, table: str) -> Path:
    """A pyproject.toml with settings in it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(f"[tool.training-phase]\n{table}\n")
    return path


# Where settings come from


def test_no_pyproject(tmp_path: Path) -> None:
    assert resolved(tmp_path, keras_versions="3").keras_versions == targets("3")
    assert resolved(tmp_path, select=["ktp101"]).select == ("KTP101",)


def test_the_nearest_table_above_a_file_counts(tmp_path: Path) -> None:
    write(tmp_path, 'select = ["KTP1"]\nkeras-versions = "2"')
    write(tmp_path / "inner", 'ignore = ["KTP102"]')
    (tmp_path / "inner" / "package").mkdir()
    (tmp_path / "inner" / "package" / "pyproject.toml").write_text("[project]\nname = 'training-phase'\n")
    outer, inner = resolved(tmp_path), resolved(tmp_path / "inner" / "package")
    assert (outer.select, outer.ignore, outer.keras_versions) == (("KTP1",), (), targets("2"))
    assert (inner.select, inner.ignore, inner.keras_versions) == ((), ("KTP102",), ALL_RELEASES)


def test_options_go_over_files(tmp_path: Path) -> None:
    write(tmp_path, 'select = ["KTP1"]\nignore = ["KTP102"]\nfollow-imports = false')
    found = Configuration({"select": ["KTP4"], "keras-versions": "3"}).for_folder(tmp_path)
    assert found.settings.select == ("KTP4",)
    assert found.settings.ignore == ("KTP102",)
    assert found.origins["select"] == found.origins["keras-versions"] == "command line"
    assert found.origins["ignore"] == found.origins["follow-imports"] == str(tmp_path / "pyproject.toml")
    assert found.origins["exclude"] == "default"


def test_isolated_and_config(tmp_path: Path) -> None:
    write(tmp_path, 'keras-versions = "2"')
    other = write(tmp_path / "other", 'keras-versions = "3"')
    assert Configuration({}, isolated=True).for_folder(tmp_path).settings.keras_versions == ALL_RELEASES
    assert Configuration({}, config=other).for_folder(tmp_path).settings.keras_versions == targets("3")
    other.write_text("[project]\n")
    with pytest.raises(SettingsError, match=r"other/pyproject\.toml has no table \[tool\.training-phase\]"):
        Configuration({}, config=other)
    with pytest.raises(SettingsError, match=r"gone\.toml cannot be read"):
        Configuration({}, config=tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keras-versions = 2", None),
        ("follow-imports = false", None),
        ('select = ["ALL"]', None),
        ('ignore = ["KTP900"]', None),
        ('per-file-ignores = { "tests/*" = ["ktp1"] }', None),
        ('keras-modules = ["my.keras=2"]', None),
        ("keras-versions = 4", f"keras-versions must be {FORMS}; not `4`"),
        ("select = 'KTP101'", "select must be a list of codes, not `KTP101`"),
        ("select = [101]", "select must be a list of codes"),
        ('select = ["KTP2O2"]', "no rule has the code `KTP2O2`; did you mean `KTP202`?"),
        ('extend-select = ["XYZ"]', "extend-select: `XYZ` is not a flake8-training-phase rule"),
        ('follow-imports = "yes"', "follow-imports must be true, false or a list of names of packages, not `yes`"),
        ('slect = ["KTP101"]', "unknown setting `slect`; did you mean `select`?"),
        ('keras = "2"', "unknown setting `keras`; did you mean `keras-versions`?"),
        ('training_layers = ["a.B"]', "unknown setting `training_layers`; did you mean `training-layers`?"),
        ("select = [", "cannot be read"),
        (f"select = {'[' * 5000}{']' * 5000}", "cannot be read: it is too deeply nested"),
        (f"select = {'{a=' * 3000}1{'}' * 3000}", "cannot be read: it is too deeply nested"),
        (f"{'a.' * 20_000}b = 1", "cannot be read: there are too many dots in one line"),
        (f"select = '{'K' * 9999}'", f"select must be a list of codes, not `{'K' * 99}…`"),
        ('per-file-ignores = "x"', "per-file-ignores must be a table of patterns and codes, not `x`"),
        ('per-file-ignores = { "x" = "KTP1" }', "per-file-ignores: x must be a list of codes, not `KTP1`"),
        ('per-file-ignores = { "x" = ["KTP2O2"] }', "per-file-ignores: no rule has the code `KTP2O2`; did you mean"),
        ('per-file-ignores = { "!x" = ["KTP1"] }', "per-file-ignores: `!x` must say which files are meant"),
        ('exclude = ["a", ""]', "exclude: `` is no pattern for paths"),
        ('extend-exclude = ["a\\\\"]', "is no pattern for paths"),
        ('extend-exclude = ["[z-a]"]', "extend-exclude: `[z-a]` is no pattern for paths"),
        ('training-layers = ["my lib.Drop"]', "training-layers: `my lib.Drop` is no name"),
        ('training-aliases = ["a.b"]', "training-aliases: `a.b` is no name"),
        ('keras-modules = ["my.keras=4"]', "keras-modules: `my.keras=4` must end with =2 or =3, or name no version"),
        ('ignore-classes = ["a.b*"]', "ignore-classes: `a.b*` is no pattern for the name of a class"),
        ("respect-gitignore = 1", "respect-gitignore must be true or false, not `1`"),
    ],
)
def test_what_pyproject_may_say(tmp_path: Path, text: str, said: str | None) -> None:
    path = write(tmp_path, text)
    if said is None:
        assert resolved(tmp_path) != Configuration({}, isolated=True).for_folder(tmp_path).settings
        return
    with pytest.raises(SettingsError) as error:
        resolved(tmp_path)
    assert said in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value).strip()


@pytest.mark.parametrize("text", ["[tool]\ntraining-phase = 3\n", "[[tool.training-phase]]\nkeras-versions = 2\n"])
def test_no_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"tool\.training-phase must be a table"):
        resolved(tmp_path)


@pytest.mark.parametrize("data", [b"tool = 3 # training-phase\n", b"# caf\xe9\n", b"[tool\n"])
def test_somebody_elses_mistake(tmp_path: Path, data: bytes) -> None:
    write(tmp_path, 'keras-versions = "2"')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_bytes(data)
    assert resolved(inner).keras_versions == targets("2")


def test_undecodable_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.training-phase]\n# caf\xe9\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        resolved(tmp_path)


# What they come to for a file


def test_per_file_ignores(tmp_path: Path) -> None:
    write(tmp_path, 'select = ["KTP101", "KTP202"]\nper-file-ignores = { "tests" = ["KTP1"], "test_*.py" = ["KTP2"] }')
    configuration = Configuration({})
    (tmp_path / "tests").mkdir()

    def shown(path: str) -> list[str]:
        settings = configuration.for_file(tmp_path / path)
        return [code for code in ("KTP101", "KTP202") if settings.selects(code, ON)]

    assert shown("model.py") == ["KTP101", "KTP202"]
    assert shown("tests/model.py") == ["KTP202"]
    assert shown("src/test_model.py") == ["KTP101"]
    assert shown("tests/test_model.py") == []


def test_files_that_are_checked_alike_have_equal_settings(tmp_path: Path) -> None:
    write(tmp_path, 'per-file-ignores = { "tests/*" = ["KTP1"] }\nextend-exclude = ["data"]')
    write(tmp_path / "other", 'extend-exclude = ["generated"]')
    configuration = Configuration({})
    one, two = (configuration.for_file(tmp_path / path) for path in ("a.py", "other/b.py"))
    assert one == two
    assert repr(one) == repr(two)
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one
    assert str(tmp_path) not in repr(one)
    assert configuration.for_file(tmp_path / "tests" / "c.py") != one


# Codes


@pytest.mark.parametrize(
    ("word", "said"),
    [("KTP2O2", "; did you mean `KTP202`?"), ("KTP1O1", "; did you mean `KTP101`?"), ("zebra", "")],
)
def test_nearest(word: str, said: str) -> None:
    assert nearest(word, codes.rule_modules()) == said


def test_codes_are_read_from_file_names() -> None:
    assert codes.rule_modules()["KTP202"] == "forwarding.ktp202_training_not_forwarded"
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


def test_a_file_of_settings_has_a_size(tmp_path: Path) -> None:
    write(tmp_path, "#" * 5_000_000)
    with pytest.raises(SettingsError, match=r"pyproject\.toml cannot be read: it is larger than 4 MB"):
        resolved(tmp_path)


def test_settings_that_are_nested_too_deeply_do_not_end_flake8(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "model.py").write_text(MODEL)
    write(tmp_path / "deep", f"select = {'[' * 5000}{']' * 5000}")
    done = flake8("model.py", "deep/model.py", cwd=tmp_path)
    assert [line.split()[1] for line in done.lines] == ["KTP900", "KTP101"]
    assert done.err == ""
