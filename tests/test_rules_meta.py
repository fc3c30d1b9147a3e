"""Every rule has all that a rule must have, and its pages say what it says."""

from __future__ import annotations

import re

import pytest

from flake8_training_phase import engine
from flake8_training_phase.codes import rule_modules
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from flake8_training_phase.sources.text import SourceText
from tests import generate_docs, rule_examples
from tests.inputs import SNAPSHOT
from tests.rule_examples import Example, Proof, bad_examples, good_examples, other_examples
from tests.runtime import version_page

SECTIONS = ("What it does", "What Keras does", "Example", "Fix safety", "References")

BAD = [
    pytest.param(rule, example, id=f"{rule.code}-{example.name}")
    for rule in all_rules()
    for example in bad_examples(rule.code)
]
GOOD = [
    pytest.param(rule, text, id=f"{rule.code}-{name}")
    for rule in all_rules()
    for name, text in good_examples(rule.code).items()
]
ALSO = [
    pytest.param(rule, text, id=f"{rule.code}-{name}")
    for rule in all_rules()
    for name, text in other_examples(rule.code).items()
]
each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
each_bad_example = pytest.mark.parametrize(("rule", "example"), BAD)
each_good_example = pytest.mark.parametrize(("rule", "text"), GOOD)
each_other_example = pytest.mark.parametrize(("rule", "text"), ALSO)


def reported(rule: Rule, text: str) -> list[Finding]:
    """What a rule says of a text when no other is asked."""
    return engine.check(SourceText(text), Settings(select=(rule.code,)), "example.py")


def fixed(rule: Rule, text: str) -> engine.Fixed:
    """A text after the fixes of all rules that are on by default, and of this one."""
    return engine.fix(SourceText(text), Settings(extend_select=(rule.code,)), "example.py", unsafe=True)


@each_rule
def test_code_and_name_are_those_of_the_file(rule: Rule) -> None:
    file_name = type(rule).__module__.rpartition(".")[2]
    assert re.fullmatch(r"KTP\d{3}", rule.code)
    assert rule_modules()[rule.code].rpartition(".")[2] == file_name
    assert file_name == f"{rule.code.lower()}_{rule.name.replace('-', '_')}"


def test_classes_are_named_as_their_rules() -> None:
    names = {rule.code: "".join(word.capitalize() for word in rule.name.split("-")) for rule in all_rules()}
    assert {rule.code: type(rule).__name__ for rule in all_rules()} == names


@each_rule
def test_page_has_its_sections_in_order(rule: Rule) -> None:
    assert tuple(re.findall(r"^## (.+)$", rule.page, re.MULTILINE)) == SECTIONS
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 120


@each_rule
def test_page_is_well_filled(rule: Rule) -> None:
    bodies = re.split(r"^## .+$", rule.page, flags=re.MULTILINE)
    assert all(body.strip() for body in bodies)
    assert rule.page.count("```python") >= 1
    assert rule.page.count("```") % 2 == 0


@each_rule
def test_has_examples(rule: Rule) -> None:
    assert bad_examples(rule.code)
    assert good_examples(rule.code)


@each_rule
def test_each_file_of_an_example_belongs_to_it(rule: Rule) -> None:
    endings = (rule_examples.BAD, rule_examples.FIXED, rule_examples.BY_HAND)
    proven = {f"{example.name}{ending}" for example in bad_examples(rule.code) for ending in endings}
    there = {path.name for path in rule_examples.folder(rule.code).iterdir() if path.suffix != SNAPSHOT}
    free = {name for name in there if name.endswith((rule_examples.GOOD, rule_examples.ALSO))}
    assert there - free <= {rule_examples.PROOFS, *proven}


def test_examples_belong_to_rules() -> None:
    folders = {path.name for path in rule_examples.FOLDER.iterdir()}
    assert folders == {rule.code.lower() for rule in all_rules()}


@each_bad_example
def test_bad_example_is_reported(rule: Rule, example: Example) -> None:
    found = reported(rule, example.bad)
    assert found
    assert {one.code for one in found} == {rule.code}
    assert {one.name for one in found} == {rule.name}


@each_bad_example
def test_message_is_one_line(rule: Rule, example: Example) -> None:
    for one in reported(rule, example.bad):
        assert len(one.message.splitlines()) == 1
        assert one.message == one.message.strip()
        assert not one.message.endswith(".")


@each_bad_example
def test_example_is_code_on_lines_of_its_own(rule: Rule, example: Example) -> None:
    for text in (example.bad, example.right):
        assert not text.startswith("\n")
        assert text.endswith("\n")
        assert text == "\n".join(line.rstrip() for line in text.split("\n"))


@each_bad_example
def test_words_stand_in_the_example(rule: Rule, example: Example) -> None:
    assert not rule.words or any(word in example.bad for word in rule.words)


@each_other_example
def test_other_example_is_reported(rule: Rule, text: str) -> None:
    assert rule.code in {one.code for one in reported(rule, text)}


@each_good_example
def test_good_example_is_not_reported(rule: Rule, text: str) -> None:
    compile(text, "example.py", "exec")
    assert reported(rule, text) == []


@each_bad_example
def test_fix_gives_the_fixed_code(rule: Rule, example: Example) -> None:
    result = fixed(rule, example.bad)
    assert result.text == (example.bad if example.fixed is None else example.fixed)
    assert [one for one in result.remaining if one.fix is not None] == []


@each_bad_example
def test_fixing_again_changes_nothing(rule: Rule, example: Example) -> None:
    once = fixed(rule, example.bad).text
    again = fixed(rule, once)
    assert again.text == once
    assert again.made == ()


@each_bad_example
def test_the_right_code_is_not_reported(rule: Rule, example: Example) -> None:
    assert reported(rule, example.right) == []


@each_bad_example
def test_what_has_a_fix_is_not_written_by_hand(rule: Rule, example: Example) -> None:
    assert (example.fixed is None) is (example.by_hand is not None), f"{rule.code}: {example.name}"


@each_bad_example
def test_proof_is_well_formed(rule: Rule, example: Example) -> None:
    proof = example.proof
    assert proof.build
    assert _cells(proof)
    for cell in (*_cells(proof), proof.fixed):
        # A compiled fit and an eager one that differ are written `raises/train`.
        word = "(train|infer|skipped|raises)"
        assert re.fullmatch(rf"{word}(/{word})?( {word}){{4}}", cell)


@each_bad_example
def test_proof_of_a_bug_shows_it(rule: Rule, example: Example) -> None:
    if any(one.severity is Severity.BUG for one in reported(rule, example.bad)):
        assert any(cell != example.proof.fixed for cell in _cells(example.proof))


def _cells(proof: Proof) -> list[str]:
    return [cell for cell in (proof.keras2, proof.keras3_early, proof.keras3) if cell is not None]


@each_rule
def test_page_in_docs_is_up_to_date(rule: Rule) -> None:
    path = generate_docs.PAGES / f"{rule.code}.md"
    assert generate_docs.read(path) == generate_docs.rule_page(rule), "run `python -m tests.generate_docs`"


@each_rule
def test_stands_in_the_readme(rule: Rule) -> None:
    row = next(line for line in generate_docs.rules_table().splitlines() if f"[{rule.code}]" in line)
    assert row in generate_docs.read(generate_docs.README).splitlines()


@each_rule
def test_stands_in_the_changelog(rule: Rule) -> None:
    assert rule.code in generate_docs.read(generate_docs.ROOT / "CHANGELOG.md")


def test_every_rule_has_a_row_in_the_page_of_releases() -> None:
    rows = version_page.rules_with_rows(generate_docs.read(version_page.PAGE))
    assert rows == [(rule.code, rule.name) for rule in all_rules()], "docs/adding-a-rule.md says how a row comes about"


def test_what_the_guide_says_to_ask_can_be_asked() -> None:
    guide = generate_docs.read(generate_docs.ROOT / "docs" / "adding-a-rule.md")
    table = guide.partition("## What to ask")[2].partition("## The examples")[0]
    package = generate_docs.ROOT / "flake8_training_phase"
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("analysis", "rules")
        for path in sorted((package / folder).rglob("*.py"))
    )
    asked = re.findall(r"`(?:layer_class|module|call|use|received)\.(\w+)|`(\w+)\(", table)
    assert len(asked) > 20
    for name in {one or other for one, other in asked}:
        assert re.search(rf"def {name}\(|^    {name}: ", source, re.MULTILINE), (
            f"nothing in the analysis is called {name}"
        )
    assert set(re.findall(r"KTP\d{3}", table)) <= rule_modules().keys()


def test_docs_have_a_page_for_each_rule_and_no_other() -> None:
    pages = {path.stem for path in generate_docs.PAGES.glob("KTP*.md")}
    assert pages == {rule.code for rule in all_rules()}


def test_all_generated_files_are_up_to_date() -> None:
    out_of_date = [path.name for path, text in generate_docs.generated().items() if generate_docs.read(path) != text]
    assert out_of_date == [], "run `python -m tests.generate_docs`"
    assert generate_docs.stale() == []
