"""The version matrix measures in the environments it is given, keeps what it has, and shows it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flake8_training_phase.rules import rule
from tests.runtime.conftest import installed
from tests.runtime.environments import keras_3
from tests.runtime.version_matrix import Options, Results, load, measure, programs
from tests.runtime.version_page import PAGE, page, with_patterns, with_row_of


def test_a_row_is_written_alone() -> None:
    text = PAGE.read_text(encoding="utf-8")
    row = "| [KTP101](rules/KTP101.md) | model-without-training | not run | 3.15 |\n"
    known = [one for one in programs() if one.name.startswith("KTP101.")]
    found = {keras_3("3.15").name: {"cells": {one.key: "infer train infer infer infer" for one in known}}}
    replaced = with_row_of(rule("KTP101"), text, found, known)
    assert set(replaced.splitlines(keepends=True)) - set(text.splitlines(keepends=True)) == {row}
    assert with_row_of(rule("KTP101"), replaced.replace(row, ""), found, known) == replaced


def test_patterns_are_written_alone() -> None:
    text = PAGE.read_text(encoding="utf-8")
    [program] = [one for one in programs() if one.name == "row 1a"]
    found = {
        keras_3("3.14").name: {"cells": {program.key: "train train infer infer infer"}},
        keras_3("3.15").name: {"cells": {program.key: "infer train infer infer infer"}},
    }
    written = with_patterns(text, found, [program])
    assert set(written.splitlines()) - set(text.splitlines()) == {
        f"| 1a | {program.title} | 3.14 | train | train | infer | infer | infer |",
        "|  |  | 3.15 | **infer** | train | infer | infer | infer |",
    }
    assert with_patterns(text, {}, []) == text
    assert with_patterns(written, found, [program]) == written


def test_an_environment_is_measured_once(tmp_path: Path) -> None:
    version = installed("keras")
    if version is None or installed("tensorflow") is None:
        pytest.skip("measuring Keras needs keras and tensorflow")
    release = keras_3(".".join(version.split(".")[:2]))
    environment = tmp_path / release.name
    python = environment / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (environment / "installed").touch()
    options, results = Options(tmp_path, sys.executable), Results()
    (program,) = [one for one in programs() if one.name == "KTP101.1.bad"]

    measure(release, [program], options, results)
    assert results[release.name]["versions"]["keras"] == version
    assert results[release.name]["cells"] == {program.key: "infer train infer infer infer"}
    assert load(options.results) == results
    assert f"| {release.name} | {version} | {installed('tensorflow')} | 1 of 1 |" in page(results, [program])

    # What was measured is not measured again.
    results[release.name]["cells"][program.key] = "kept"
    measure(release, [program], options, results)
    assert results[release.name]["cells"] == {program.key: "kept"}
