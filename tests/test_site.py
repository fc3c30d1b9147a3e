"""The site of the documentation: what it makes of pages that a plain Git host shows as well. `.ci/run` builds it."""

from __future__ import annotations

import importlib
import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from flake8_training_phase import documentation
from tests.generate_docs import PAGES, ROOT
from tests.pictures import pictures
from tests.pictures.monte_carlo import measured

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def plain_markdown() -> ModuleType:
    """The Sphinx extension, which does not import Sphinx."""
    spec = importlib.util.spec_from_file_location("plain_markdown", DOCS / "_site" / "plain_markdown.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_labels_become_tabs(plain_markdown: ModuleType) -> None:
    page = "# A\n\n<!-- tabs -->\n\n**Before**\n\nx\n\n**After**\n\ny\n\n<!-- /tabs -->\n"
    tabs = ":::{tab-item} Before\nx\n:::\n:::{tab-item} After\ny\n:::\n"
    assert plain_markdown.for_sphinx(page, "a") == f"# A\n\n\n::::{{tab-set}}\n{tabs}::::\n"


def test_the_reading_path_becomes_the_navigation(plain_markdown: ModuleType) -> None:
    page = "<!-- reading path -->\n## Why\n\n- [One](one.md): first\n- [Two](two/README.md)\n<!-- /reading path -->\n"
    made = plain_markdown.for_sphinx(page, "index")
    assert made.startswith("## Why\n\n- [One](one.md): first\n")
    assert made.endswith("```{toctree}\n:hidden:\n:caption: Why\n\none\ntwo/README\n```\n")


def test_pages_of_a_pattern_and_docstrings_are_directives(plain_markdown: ModuleType) -> None:
    made = plain_markdown.for_sphinx("<!-- toctree: KTP* -->\n\n<!-- automodule: a.b -->\n", "x")
    assert "```{toctree}\n:hidden:\n:glob:\n\nKTP*\n```" in made
    assert "```{eval-rst}\n.. automodule:: a.b\n   :members:\n```" in made


def test_modules_that_a_page_documents_list_what_is_public() -> None:
    """What `dir` does not list has no docstring on the page."""
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    names = re.findall(r"^<!-- automodule: (\S+) -->$", pages, re.MULTILINE)
    modules = [importlib.import_module(name) for name in names]
    assert [one.__name__ for one in modules] == ["flake8_training_phase.api", "flake8_training_phase.runtime"]
    for module in modules:
        assert set(module.__all__) <= set(dir(module))


def test_links_out_of_the_documentation_are_text(plain_markdown: ModuleType) -> None:
    page = "[a](../README.md) [b](b.md)\n\n```text\n[c](../c.md)\n```\n"
    assert plain_markdown.for_sphinx(page, "a") == "a [b](b.md)\n\n```text\n[c](../c.md)\n```\n"
    assert plain_markdown.for_sphinx("[a](../a.md) [b](../../b.md)", "rules/KTP101") == "[a](../a.md) b"


def test_every_page_is_on_the_reading_path() -> None:
    path = set(re.findall(r"^- \[.+?\]\(([^)]+)\)", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert path == {page.name for page in DOCS.glob("*.md") if page.name != "index.md"} | {"rules/README.md"}


def test_the_address_of_a_rule_is_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "BASE", "https://docs.example/")
    assert documentation.rule_url("KTP201") == "https://docs.example/rules/KTP201.html"
    assert (PAGES / "KTP201.md").is_file()
    assert documentation.rule_url("KTP900") == "https://docs.example/rules/README.html"
    assert "KTP900" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_without_a_site_the_address_of_a_rule_is_the_page_that_is_installed() -> None:
    assert documentation.rule_url("KTP201") == (PAGES / "KTP201.md").as_uri()
    assert documentation.rule_url("KTP900") == (PAGES / "README.md").as_uri()


def test_a_rule_page_links_only_to_pages_that_are_installed_with_it() -> None:
    for page in PAGES.glob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (PAGES / target).resolve().is_relative_to(DOCS), (page.name, target)


def test_the_package_does_not_need_sphinx() -> None:
    sources = (ROOT / "flake8_training_phase").rglob("*.py")
    assert not [
        path for path in sources if re.search(r"^\s*(import|from) (sphinx|myst)", path.read_text("utf-8"), re.M)
    ]


@pytest.mark.parametrize(("path", "picture"), pictures().items(), ids=lambda one: getattr(one, "stem", ""))
def test_a_picture_reads_by_itself(path: Path, picture: str) -> None:
    root = ET.fromstring(picture)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert root.attrib["aria-label"]
    assert "prefers-color-scheme: dark" in picture
    assert not re.search(r'(href|src)="https?:|@import|url\(', picture)
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(text.attrib["x"]) < width
        assert 0 < float(text.attrib["y"]) < height


def test_pictures_are_shown() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))
    assert {path.name for path in pictures()} <= set(re.findall(r"\]\(pictures/([\w.-]+)\)", text))


def test_monte_carlo_shows_what_was_measured() -> None:
    assert measured("7g")[1] == ["train", "train", "**infer**", "train", "**infer**"]


def test_the_configuration_names_what_is_there() -> None:
    configuration = (ROOT / ".readthedocs.yaml").read_text(encoding="utf-8")
    assert "configuration: docs/conf.py" in configuration
    assert "extra_requirements: [docs]" in configuration
    compile((DOCS / "conf.py").read_text(encoding="utf-8"), "conf.py", "exec")
    assert "plain_markdown" in (DOCS / "conf.py").read_text(encoding="utf-8")
