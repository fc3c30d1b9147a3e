"""What rule pages cite as measured leads to a table that is there."""

from __future__ import annotations

import re

import pytest

from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from tests.generate_docs import PAGES
from tests.measured_rows import ROOT, with_links

CITED = re.compile(r"^- Measured: .*?(?=^- |^## |\Z)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)


def test_a_row_links_to_the_section_with_its_table() -> None:
    cited = "- Measured: rows 6a and 6c in docs/what-happens-to-training.md\n"
    section = "../what-happens-to-training.md#layers-that-run-only-in-training-or-always"
    page = "[docs/what-happens-to-training.md](../what-happens-to-training.md)"
    expected = f"- Measured: rows [6a]({section}) and [6c]({section}) in {page}\n"
    assert with_links(cited, "docs/rules/KTP206.md") == expected


def test_the_own_tables_of_a_page_are_below() -> None:
    cited = "- Measured: the tables of docs/rules/KTP207.md\n"
    assert with_links(cited, "docs/rules/KTP207.md") == "- Measured: the tables of [docs/rules/KTP207.md](#measured)\n"


@pytest.mark.parametrize("pages", ["docs/keras-versions.md", "docs/what-happens-to-training.md and in docs/speed.md"])
def test_a_row_has_to_be_in_each_page_that_is_named(pages: str) -> None:
    with pytest.raises(KeyError):
        with_links(f"- Measured: row 6a in {pages}\n", "docs/rules/KTP206.md")


@each_rule
def test_what_is_measured_is_named_with_its_page(rule: Rule) -> None:
    cited = "".join(CITED.findall(rule.page))
    pages = re.findall(r"docs/[\w/-]+\.md", cited)
    assert pages
    assert all((ROOT / page).is_file() for page in pages)


@each_rule
def test_each_row_of_a_page_is_a_link(rule: Rule) -> None:
    [cited] = CITED.findall((PAGES / f"{rule.code}.md").read_text(encoding="utf-8"))
    assert "section" not in LINK.sub("", cited)
    assert not re.search(r"\brows? (?!\[)", cited)
