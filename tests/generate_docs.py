"""Write what is generated in the documentation: `docs/rules/*.md`, the table in `README.md`, examples of output.

Run `python -m tests.generate_docs` to write the files, with `--check` to compare them with what they should be.
Pages and table are made from the rules: their pages, their examples in `tests/rules`, and the proofs that
`tests/runtime` measures.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding
from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from flake8_training_phase.sources.text import SourceText
from tests.found_in_the_wild import page as found_in_the_wild
from tests.measured_rows import with_links
from tests.output_examples import OUTPUT_PAGE, with_map, with_output_examples
from tests.pictures import FOLDER as PICTURES
from tests.pictures import pictures
from tests.rule_examples import Example, Proof, bad_examples

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = ROOT / "docs" / "rules"
MAP_PAGE = ROOT / "docs" / "map.md"
WILD_PAGE = ROOT / "docs" / "found-in-the-wild.md"
BEGIN, END = "<!-- rules -->", "<!-- /rules -->"
MODES = ("`fit()`", "`training=True`", "`training=False`", "no flag", "`predict()`")
GENERATED_WILD = "<!-- Made by `python -m tests.generate_docs` from `tests/found_in_the_wild.py`: do not edit. -->"
GENERATED = "<!-- Made by `python -m tests.generate_docs` from the rules: do not edit by hand. -->"

_INDEX_INTRO = """\
# Rules

Codes begin with `KTP` (Keras training phase): 1xx is the signature of `call`, 2xx what happens inside it, 3xx who
calls the model, 4xx the legacy API. A *bug* runs the wrong mode, or raises, in a Keras version that you support;
*fragile* code works only because it inherits the flag from the call context; *legacy* code uses APIs removed in
Keras 3. The column Keras says which major versions a finding can be about, the column Fix whether
`training-phase-fix` can fix it: *safe* fixes are applied by default, *unsafe* ones with `--unsafe-fixes`.

Before a fix is offered as safe, the checker determines which mode each layer of the file runs in with it, in every way
of running the model and in every supported version of Keras. Where a layer that is right today would be wrong, the fix
is unsafe and says why. This is judged by the file and its imports: a `training=True` that another file passes to one of
its classes takes effect after the fix, where it was lost before.

`KTP900` (not-analysed) is not a rule: it reports a file that cannot be read, parsed or followed.
"""

_LEGEND = """\
The mode that the watched layer runs in, measured by running the code: *train* (Dropout drops, BatchNormalization uses
the batch and updates its statistics), *infer*, *skipped* (it does not run) or *raises* (the call raises). Keras 2 is
`tf_keras`. What differs from the code after the change is bold."""


def rule_page(rule: Rule) -> str:
    """The page of a rule in Markdown."""
    page = with_links(rule.page, f"docs/rules/{rule.code}.md")
    parts = [f"# {rule.code} {rule.name}", GENERATED, facts_line(rule), page, "## Measured", _LEGEND]
    examples = bad_examples(rule.code)
    for number, example in enumerate(examples, 1):
        if len(examples) > 1:
            parts.append(f"### Example {number}")
        parts += measured(example)
    return "\n\n".join(parts) + "\n"


def facts_line(rule: Rule) -> str:
    """Severity, Keras versions and fix of a rule in one line."""
    facts = [f"**Severity:** {severity(rule)}", f"**Keras:** {keras(rule)}", f"**Fix:** {fix_kind(rule)}"]
    if not rule.on_by_default:
        facts.append("**off by default**")
    return " · ".join(facts)


def measured(example: Example) -> Iterator[str]:
    """The code of an example, what its fix or a person changes, and what Keras does with both."""
    before, after = example.bad.strip(), example.right.strip()
    change = "The change, by hand" if example.fixed is None else "The fix"
    yield tabs(
        {
            "Before": fenced("python", before),
            change: fenced("diff", fix_diff(before, after)),
            "After": fenced("python", after),
        }
    )
    yield watched(example.proof)
    yield proof_table(example)


def tabs(blocks: Mapping[str, str]) -> str:
    """Blocks under labels, of which the site makes tabs."""
    shown = "\n\n".join(f"**{label}**\n\n{block}" for label, block in blocks.items())
    return f"<!-- tabs -->\n\n{shown}\n\n<!-- /tabs -->"


def watched(proof: Proof) -> str:
    """Whose behaviour the measured table shows."""
    return f"Watched: `{proof.layer}` of `{proof.build}`." if proof.layer else f"Watched: `{proof.build}` itself."


def fenced(language: str, code: str) -> str:
    """A code block."""
    return f"```{language}\n{code}\n```"


def fix_diff(before: str, after: str) -> str:
    """The changed lines with two lines around them, without the headers of a diff."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    return "\n".join("..." if line.startswith("@@") else line.rstrip() for line in list(lines)[3:])


def proof_table(example: Example) -> str:
    """What each Keras does with the bad and the right code, one row for each."""
    proof = example.proof
    rows = [["", "Keras", *MODES]]
    for version, cell in (("2", proof.keras2), ("3.1 to 3.9", proof.keras3_early), ("3", proof.keras3)):
        if cell is not None:
            rows.append(["as it is", version, *mode_cells(cell, proof.fixed)])
    versions = [str(version) for version, cell in ((2, proof.keras2), (3, proof.keras3)) if cell is not None]
    rows.append(["by hand" if example.fixed is None else "fixed", ", ".join(versions), *proof.fixed.split()])
    return table(rows)


def mode_cells(measured: str, right: str) -> list[str]:
    """The five cells of a measurement (`"infer train infer infer infer"`), for `MODES`; what is not right is bold."""
    pairs = zip(measured.split(), right.split(), strict=True)
    return [word if word == meant else f"**{word}**" for word, meant in pairs]


def rules_table(folder: str = "docs/rules/") -> str:
    """One row for each rule; `folder` leads from where the table stands to the pages."""
    rows = [["Code", "Name", "What is reported", "Severity", "Keras", "Fix"]]
    for rule in all_rules():
        off = "" if rule.on_by_default else " (off by default)"
        link = f"[{rule.code}]({folder}{rule.code}.md)"
        what = rule.summary.replace("|", "\\|")
        rows.append([link, rule.name, f"{what}{off}", severity(rule), keras(rule), fix_kind(rule)])
    return table(rows)


def rules_index() -> str:
    """The page that lists all rules."""
    return "\n".join([_INDEX_INTRO, GENERATED, "<!-- toctree: KTP* -->", "", rules_table(folder="")]) + "\n"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))


def severity(rule: Rule) -> str:
    """The severity of a rule, and the others that its findings can have."""
    found = [rule.severity, *(one.severity for one in findings(rule))]
    return " or ".join(dict.fromkeys(one.value for one in found))


def keras(rule: Rule) -> str:
    """The major versions of Keras that the findings of a rule are about."""
    return ", ".join(sorted({str(version) for one in findings(rule) for version in one.keras}))


def fix_kind(rule: Rule) -> str:
    """How far the fixes of a rule can be trusted, or that it has none."""
    kinds = {one.fix.applicability.value if one.fix else "none" for one in findings(rule)}
    return " or ".join(sorted(kinds, key=("safe", "unsafe", "none").index))


@cache
def findings(rule: Rule) -> tuple[Finding, ...]:
    """What a rule reports in its own bad examples."""
    settings = Settings(select=(rule.code,))
    return tuple(
        finding
        for example in bad_examples(rule.code)
        for finding in engine.check(SourceText(example.bad), settings, "example.py")
        if finding.code == rule.code
    )


def with_rules_table(readme: str) -> str:
    """The README with a new table between its marks. Raises ValueError when they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{rules_table()}\n\n{END}{after}"


def generated() -> dict[Path, str]:
    """Every generated file and its content."""
    pages = {PAGES / f"{rule.code}.md": rule_page(rule) for rule in all_rules()}
    return {
        **pages,
        PAGES / "README.md": rules_index(),
        README: with_map(with_rules_table(read(README))),
        MAP_PAGE: with_map(read(MAP_PAGE)),
        WILD_PAGE: found_in_the_wild(GENERATED_WILD),
        OUTPUT_PAGE: with_output_examples(read(OUTPUT_PAGE)),
        **pictures(),
    }


def stale() -> list[Path]:
    """Pages in the folder of the rules that belong to no rule, and pictures that nobody draws."""
    return sorted({*PAGES.glob("*.md"), *PICTURES.glob("*.svg")} - set(generated()))


def read(path: Path) -> str:
    """The text of a file; empty when there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the files; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.generate_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say which files are out of date")
    check = parser.parse_args(arguments).check
    files = generated()
    changed = [path for path, text in files.items() if read(path) != text]
    for path in changed:
        print(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
    for path in stale():
        print(f"{path.relative_to(ROOT)} {'belongs to no rule' if check else 'deleted'}")
        if not check:
            path.unlink()
            continue
        changed.append(path)
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
