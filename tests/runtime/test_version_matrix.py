"""The version matrix measures in the environments it is given, keeps what it has, and shows it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from flake8_training_phase.rules import rule
from tests.runtime.conftest import installed
from tests.runtime.environments import RELEASES_ON_JAX, keras_3, keras_3_on_jax
from tests.runtime.on_jax import BACKENDS, backend_facts
from tests.runtime.version_matrix import Options, Results, load, measure, programs
from tests.runtime.version_page import PAGE, page, rows_of_backends, with_jax, with_patterns, with_row_of


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


def test_the_section_on_jax_is_written_alone() -> None:
    text = PAGE.read_text(encoding="utf-8")
    right, wrong = "train train infer infer infer", "infer train infer infer infer"
    versions = {"keras": "3.9.2", "jax": "0.4.34", "tensorflow-cpu": "2.16.2"}
    found: Results = {
        "keras-3.8-jax": {"problem": "cannot be installed: no such release"},
        "keras-3.9-jax": {"versions": versions, "cells": {"jax": {"`x`": wrong}, "tensorflow": {"`x`": right}}},
        "keras-3.10-jax": {"versions": {}, "cells": {"jax": {"`x`": right}, "tensorflow": {"`x`": right}}},
    }
    written = with_jax(text, found)
    before, _, section = written.partition("\n## On JAX\n")
    assert section.partition("\n## What was measured\n")[0].endswith(
        """
| In a model whose `call` has `training=None` | Backend | Keras | `fit()` | `training=True` | `training=False` | no flag | `predict()` |
| --- | --- | --- | --- | --- | --- | --- | --- |
| `x` | JAX | 3.9 | **infer** | train | infer | infer | infer |
|  |  | 3.10 | train | train | infer | infer | infer |
|  | TensorFlow | 3.9 to 3.10 | train | train | infer | infer | infer |

Measured with:

| Keras | JAX | TensorFlow | Result |
| --- | --- | --- | --- |
| 3.8 |  |  | cannot be installed: no such release |
| 3.9.2 | 0.4.34 | 2.16.2 | measured |
| 3.10 |  |  | measured |
"""  # noqa: E501
    )
    assert with_jax(written, found) == written
    assert with_jax(f"{before}\n## What was measured\n", found).startswith(f"{before}\n## On JAX\n")
    assert [(row.backend, row.releases, row.words) for row in rows_of_backends(written)] == [
        ("JAX", "3.9", wrong),
        ("JAX", "3.10", right),
        ("TensorFlow", "3.9 to 3.10", right),
    ]
    assert f"## On JAX\n{section.partition('## What')[0]}" in page(found, [])


def test_each_release_is_in_the_section_on_jax() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("\n## On JAX\n")[2]
    named = re.findall(r"^\| (3\.\d+)\S* \|(?: \S+ \|){2} measured \|$", section, re.MULTILINE)
    assert named == [one.version for one in RELEASES_ON_JAX]


@pytest.mark.parametrize("backend", list(BACKENDS))
def test_the_section_on_jax_is_what_is_measured(backend: str) -> None:
    version = installed("keras")
    if version is None or installed(backend) is None:
        pytest.skip(f"keras with {backend} is not installed")
    release = keras_3_on_jax(".".join(version.split(".")[:2]))
    if release not in RELEASES_ON_JAX:
        pytest.skip(f"the page has nothing of Keras {release.version} on JAX")
    rows = [row for row in rows_of_backends(PAGE.read_text(encoding="utf-8")) if row.backend == BACKENDS[backend]]
    written = {row.pattern: row.words for row in rows if is_among(release.number, row.releases)}
    assert backend_facts(backend) == written


def is_among(number: tuple[int, ...], ranges: str) -> bool:
    """Whether ranges as `3.1 to 3.9, 3.15` have a release."""
    spans = [[tuple(map(int, end.split("."))) for end in span.split(" to ")] for span in ranges.split(", ")]
    return any(span[0] <= number <= span[-1] for span in spans)


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
