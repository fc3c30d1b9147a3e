"""The catalogues that come with the checker are what the sources of their releases give, and a page tells of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from flake8_training_phase.keras.packages import parsed
from tests.catalogues import BY_HAND, CATALOGUES, SOURCES, Source, download, shipped, text_of
from tests.generate_docs import ROOT, read

SMALL = ("keras-rs", "keras-tcn")
"""Packages of some ten kilobytes, whose catalogues take a second to write."""


@pytest.mark.parametrize("source", [one for one in SOURCES if one.distribution in SMALL], ids=lambda one: one.package)
def test_a_catalogue_is_what_the_sources_give(source: Source, tmp_path: Path) -> None:
    try:
        download(source, tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{source.distribution} {source.release} cannot be downloaded: {error.stderr.strip()[-200:]}")
    assert text_of(source, tmp_path) == shipped(source).read_text(encoding="utf-8")


def test_each_file_has_its_source_and_its_row_in_the_page() -> None:
    page = read(ROOT / "docs" / "packages.md")
    made = {one.package: one.release for one in SOURCES}
    files = {path.stem: parsed(path.read_text(encoding="utf-8")) for path in CATALOGUES.glob("*.json")}
    assert files.keys() == made.keys() | set(BY_HAND)
    for name, catalogue in files.items():
        assert catalogue.package == name
        assert made.get(name, catalogue.release) == catalogue.release
        assert f"| {catalogue.release} | `{name}` |" in page


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.json")), ids=lambda path: path.stem)
def test_an_entry_has_a_line(path: Path) -> None:
    head, *entries, _ = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(head + "]}")["layers"] == []
    assert all(json.loads(one.removesuffix(","))["at"] for one in entries)
