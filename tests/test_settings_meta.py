"""Every setting is documented, tested, and offered by the front ends that it declares."""

from __future__ import annotations

import argparse
import configparser
import json
import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flake8.options.config import parse_config
from flake8.options.manager import OptionManager

from flake8_training_phase import cli
from flake8_training_phase.codes import rule_modules
from flake8_training_phase.command.options import CommandMode
from flake8_training_phase.configuration import flake8_options
from flake8_training_phase.configuration.command_line import given_settings
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.configuration.settings import DEFAULT_EXCLUDES, Settings, declared
from flake8_training_phase.configuration.show import shown
from tests import test_settings_in_use
from tests.generate_docs import ROOT, read
from tests.test_knowledge import SETTINGS as OF_KNOWLEDGE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = ROOT / "docs" / "settings.md"
CATALOGUE = '{"format": 1, "package": "my_lib", "release": "", "layers": []}'
"""What is in the file that the example of `catalogues` names."""

each_setting = pytest.mark.parametrize("key", declared())


def section(key: str) -> str:
    """What the documentation says of a setting."""
    found = re.search(rf"^### `{key}`$(.*?)(?=^##|\Z)", read(DOCS), re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/settings.md has no section on {key}"
    return found[1]


def example(key: str, language: str) -> str:
    """The example in the documentation of a setting for one front end."""
    found = re.search(rf"^```{language}\n(.*?)^```$", section(key), re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/settings.md has no {language} example of {key}"
    return found[1]


def what_examples_name(folder: Path) -> None:
    """Make what the examples name beside the settings."""
    (folder / "my_lib.json").write_text(CATALOGUE)
    (folder / ".venv" / "lib" / "python3.12" / "site-packages").mkdir(parents=True)


def command_parser() -> argparse.ArgumentParser:
    """The options of the commands."""
    return cli._parser(CommandMode.CHECK)


def flake8_manager() -> OptionManager:
    """flake8's options with ours."""
    manager = OptionManager(version="", plugin_versions="", parents=[], formatter_names=[])
    flake8_options.add_options(manager)
    return manager


def test_no_setting_is_documented_that_is_not_there() -> None:
    assert sorted(re.findall(r"^### `(.+)`$", read(DOCS), re.MULTILINE)) == sorted(declared())


@each_setting
def test_default_is_documented(key: str) -> None:
    value = declared()[key].kind.shown(declared()[key].default)
    words = {True: "Default: `true`", False: "Default: `false`"}
    said = " ".join(section(key).split())
    if isinstance(value, bool):
        assert words[value] in said
    elif isinstance(value, str):
        assert f'Default: `"{value}"`' in said
    elif key == "exclude":
        assert [one for one in DEFAULT_EXCLUDES if f"`{one}`" not in said] == []
    elif value:
        assert f"Default: `{json.dumps(value)}`" in said
    else:
        assert "Default: none" in said


@each_setting
def test_examples_say_the_same_in_each_place(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    what_examples_name(tmp_path)
    (tmp_path / "pyproject.toml").write_text(example(key, "toml"))
    name = declared()[key].name
    in_file = Configuration({}).for_folder(tmp_path).settings
    assert getattr(in_file, name) != getattr(Settings(), name)

    program, *arguments = shlex.split(example(key, "sh"))
    assert program in ("training-phase-check", "training-phase-fix")
    options = command_parser().parse_args(arguments)
    assert options.paths == ["src"]
    given = given_settings(options)
    assert list(given) == [key]
    alone = replace(in_file, isolated=True)
    assert Configuration(given, isolated=True).for_folder(tmp_path).settings == alone

    if declared()[key].in_flake8:
        parser = configparser.RawConfigParser()
        parser.read_string(example(key, "ini"))
        manager = flake8_manager()
        values = parse_config(manager, parser, str(tmp_path))
        assert list(values) == [f"training_phase_{name}"]
        manager.parser.set_defaults(**values, training_phase_isolated=True)
        options = manager.parser.parse_args([])
        assert flake8_options.configuration(options).for_folder(tmp_path).settings == alone
    else:
        assert "flake8" in section(key)


@each_setting
def test_is_offered_by_the_command(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert f"--{key}" in capsys.readouterr().out


@each_setting
def test_is_offered_by_flake8_when_it_says_so(key: str) -> None:
    options = {option.long_option_name for option in flake8_manager().options}
    assert (f"--training-phase-{key}" in options) is declared()[key].in_flake8


@each_setting
def test_help_is_one_phrase(key: str) -> None:
    help = declared()[key].help
    assert len(help) <= 90
    assert not help.endswith(".")
    assert help[0].islower() or help.startswith("Keras")


@each_setting
def test_is_tested_in_use(key: str) -> None:
    """In a table of settings in use, or by a test that has its name."""
    in_tables = {case.key for case in test_settings_in_use.CASES} | {key for key, *_ in OF_KNOWLEDGE}
    assert key in in_tables or hasattr(test_settings_in_use, f"test_{declared()[key].name}")


@each_setting
def test_what_is_shown_can_be_read_again(key: str, tmp_path: Path) -> None:
    def show() -> str:
        return "\n".join(shown("here", Configuration({}).for_folder(tmp_path)))

    what_examples_name(tmp_path)
    (tmp_path / "pyproject.toml").write_text(example(key, "toml"))
    text = show()
    assert f"# {tmp_path / 'pyproject.toml'}" in text
    assert list(tomllib.loads(text)["tool"]["training-phase"]) == list(declared())
    (tmp_path / "pyproject.toml").write_text(text)
    assert tomllib.loads(show()) == tomllib.loads(text)


def test_codes_in_the_documentation_exist() -> None:
    codes = set(re.findall(r"KTP\d{3}", read(DOCS)))
    assert codes - set(rule_modules()) == {"KTP900"}


def test_options_that_are_not_given_are_none() -> None:
    assert given_settings(command_parser().parse_args([])) == {}
    options = argparse.Namespace(**vars(flake8_manager().parser.parse_args([])))
    assert set(flake8_options.configuration(options).for_folder(Path()).origins.values()) <= {
        "default",
        str(ROOT / "pyproject.toml"),
    }
