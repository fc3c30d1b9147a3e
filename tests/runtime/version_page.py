"""Writes `docs/keras-versions.md` from what `version_matrix.py` has measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from flake8_training_phase.rules import all_rules
from flake8_training_phase.rules.rule import Rule
from tests.generate_docs import MODES, mode_cells, table
from tests.runtime.environments import RELEASES, RELEASES_ON_JAX, Release, keras_3
from tests.runtime.measure import ROOT
from tests.runtime.on_jax import BACKENDS

if TYPE_CHECKING:
    from tests.runtime.version_matrix import Program, Results

PAGE = ROOT / "docs" / "keras-versions.md"

_INTRO = """\
# Keras, release by release

<!-- Made by `python -m tests.runtime.version_matrix`: do not edit by hand. -->

Which Keras releases does each rule apply to? This was measured: the code of the rules' pages
and of [what happens to `training`](what-happens-to-training.md) was run in each release, in an environment of its
own. All releases of Keras 3 ran with TensorFlow {tensorflow}, each tf_keras with the TensorFlow of its number.
`--keras-versions` ([settings](settings.md#keras-versions)) takes the same numbers: `--keras-versions 3.8` means 3.8.

A dash means that no release is affected. *Not run* means that the code is not for that Keras, or has not been measured
on it yet."""

_RULES = """\
## Rules

The releases in which at least one of the rule's examples misbehaves. Where that is none, the code works only because
the flag is inherited, or the rule is not about training mode."""

_RULES_HEAD = ("Rule", "Name", "tf_keras", "Keras 3")
_RULE_ROWS = r"(\| Rule \| Name \|.*\n\| ---.*\n)((?:\| \[KTP.*\n)+)"
"""The head of the table of rules, and its rows."""

_PATTERNS = """\
## Patterns that changed

The mode of a watched layer in the five ways of running its model, for the patterns that not all measured releases of
Keras 3 treat alike. What is not meant is bold."""

_PATTERN_ROWS = r"(\| Row \| Pattern \|.*\n\| ---.*\n)((?:\|.*\n)+)"
"""The head of the table of patterns, and its rows."""

_FIXED = """\
## Fixed code

The code that the fixes make of the examples."""

_ON_JAX = """\
## On JAX"""

_ON_JAX_INTRO = """\
Where JAX computes, `fit()`, `evaluate()` and `predict()` make
[no call context](what-happens-to-training.md#on-jax-a-model-has-no-context-in-fit) for what a model's own `call` runs.
The mode of the layer in the five ways of running the model, with each backend in the same environment. What is not
meant is bold. The mode is told by the output of the layer, and for `fit()` by the loss, which Keras takes from the step
that it executes."""

_RELEASES = """\
## What was measured"""


def page(results: Results, programs: Sequence[Program]) -> str:
    """The page in Markdown."""
    measured = _measured(results)
    tensorflow = {results[one.name]["versions"].get("tensorflow") for one in measured if one.keras == 3}
    parts = [_INTRO.format(tensorflow=" and ".join(sorted(filter(None, tensorflow))))]
    parts += [_RULES, _rules_table(results, measured, programs)]
    parts += [_PATTERNS, _patterns_table(results, measured, programs)]
    parts += [_FIXED, *_fixed(results, measured, programs)]
    parts += _on_jax(results)
    parts += [_RELEASES, _releases_table(results, programs)]
    return "\n\n".join(parts) + "\n"


def _releases(results: Results) -> list[Release]:
    known = {one.name for one in (*RELEASES, *RELEASES_ON_JAX)}
    extra = [keras_3(name.partition("-")[2]) for name in results if name not in known]
    return sorted([*RELEASES, *extra], key=lambda one: one.number)


def with_row_of(rule: Rule, text: str, results: Results, programs: Sequence[Program]) -> str:
    """The text of the page with a new row for one rule, and everything else as it is."""
    [row] = table([[], _rule_row(rule, results, _measured(results), programs)]).splitlines()[2:]
    before, marks, rows, after = re.split(_RULE_ROWS, text, maxsplit=1)
    others = [line for line in rows.splitlines() if not line.startswith(f"| [{rule.code}]")]
    return "".join([before, marks, *(f"{line}\n" for line in sorted([*others, row])), after])


def with_patterns(text: str, results: Results, programs: Sequence[Program]) -> str:
    """The text of the page with new rows for some patterns, those it has replaced, and everything else as it is."""
    new = _groups(_patterns_table(results, _measured(results), programs))
    before, marks, rows, after = re.split(_PATTERN_ROWS, text, maxsplit=1)
    groups = _groups(marks + rows) | new
    return "".join([before, marks, *(f"{line}\n" for lines in groups.values() for line in lines), after])


def with_jax(text: str, results: Results) -> str:
    """The text of the page with a new section on JAX, and everything else as it is."""
    before, _, after = text.partition(_RELEASES)
    return "\n\n".join([before.partition(_ON_JAX)[0].rstrip(), *_on_jax(results), _RELEASES + after])


def _groups(text: str) -> dict[str, list[str]]:
    """The lines of a table of patterns, by the row that they belong to."""
    groups: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines()[2:]:
        name = line.strip("| ").partition(" | ")[0] if not line.startswith("|  |") else name
        groups.setdefault(name, []).append(line)
    return groups


def rules_with_rows(text: str) -> list[tuple[str, str]]:
    """The codes and names in the page's table of rules."""
    return re.findall(r"^\| \[(KTP\d+)\]\(rules/\1\.md\) \| (\S+) \|.+\|$", text, re.MULTILINE)


class BackendRow(NamedTuple):
    """A row of a table of backends; `releases` is empty where the whole table is of one release."""

    pattern: str
    backend: str
    releases: str
    words: str


def rows_of_backends(page: str) -> Iterator[BackendRow]:
    """The rows of the first table below a page's heading that begins with "On JAX"."""
    lines = re.split(r"^#+ On JAX", page, flags=re.MULTILINE)[1].splitlines()
    [_, _, *rows] = takewhile(_is_row, dropwhile(lambda line: not _is_row(line), lines))
    pattern = backend = ""
    for row in rows:
        first, second, *others = [cell.strip(" *") for cell in row.split("|")[1:-1]]
        pattern, backend = first or pattern, second or backend
        yield BackendRow(pattern, backend, " ".join(others[:-5]), " ".join(others[-5:]))


def _is_row(line: str) -> bool:
    return line.startswith("|")


def _measured(results: Results) -> list[Release]:
    return [one for one in _releases(results) if results.get(one.name, {}).get("cells")]


def _rules_table(results: Results, releases: Sequence[Release], programs: Sequence[Program]) -> str:
    return table([_RULES_HEAD, *(_rule_row(rule, results, releases, programs) for rule in all_rules())])


def _rule_row(rule: Rule, results: Results, releases: Sequence[Release], programs: Sequence[Program]) -> list[str]:
    own = [one for one in programs if one.code == rule.code]
    row = [f"[{rule.code}](rules/{rule.code}.md)", rule.name]
    for keras in (2, 3):
        able = [one for one in own if keras in one.keras]
        of_major = [one for one in releases if one.keras == keras]
        wrong = [one for one in of_major if any(_is_wrong(results, one, program) for program in able)]
        # What is right as far as it was run says nothing before all of it was run.
        known = [one for one in of_major if able and all(_is_measured(results, one, p) for p in able)]
        row.append(_ranges(wrong) if wrong or known else "not run")
    return row


def _patterns_table(results: Results, releases: Sequence[Release], programs: Sequence[Program]) -> str:
    rows = [["Row", "Pattern", "Keras", *MODES]]
    third = [one for one in releases if one.keras == 3]
    for program in programs:
        found = {release: words for release in third if (words := _words(results, release, program))}
        if program.title and len(set(found.values())) > 1:
            rows += _rows_by_words([program.name.removeprefix("row "), program.title], found, program.right)
    return table(rows)


def _rows_by_words(what: Sequence[str], found: Mapping[Release, str], right: str) -> Iterator[list[str]]:
    """A row for each measurement that releases have, with them as ranges; the first begins with what it is about."""
    for number, words in enumerate(dict.fromkeys(found.values())):
        releases = [release for release, measured in found.items() if measured == words]
        yield [*([""] * len(what) if number else what), _ranges(releases), *mode_cells(words, right)]


def _fixed(results: Results, releases: Sequence[Release], programs: Sequence[Program]) -> list[str]:
    fixed = [one for one in programs if one.name.endswith(".fixed")]
    runs = [(one, release) for one in fixed for release in releases if _words(results, release, one)]
    wrong = [(one, release) for one, release in runs if _is_wrong(results, release, one)]
    parts = [f"{len(runs) - len(wrong)} of {len(runs)} runs do what is meant."]
    if wrong:
        rows = [["Example", "Release", *MODES]]
        rows += [
            [one.name, release.name, *mode_cells(_words(results, release, one), one.right)] for one, release in wrong
        ]
        parts += ["These do not:", table(rows)]
    return parts


def _on_jax(results: Results) -> list[str]:
    """The section on JAX; empty where nothing was measured on it."""
    asked = [one for one in RELEASES_ON_JAX if one.name in results]
    measured = [one for one in asked if "cells" in results[one.name]]
    if not asked:
        return []
    rows = [["In a model whose `call` has `training=None`", "Backend", "Keras", *MODES]]
    patterns = dict.fromkeys(pattern for one in measured for pattern in results[one.name]["cells"]["jax"])
    for pattern in patterns:
        for backend, spelled in BACKENDS.items():
            found = {one: results[one.name]["cells"][backend][pattern] for one in measured}
            what = [pattern if backend == "jax" else "", spelled]
            rows += _rows_by_words(what, found, "train train infer infer infer")
    installed = [["Keras", "JAX", "TensorFlow", "Result"]]
    for one in asked:
        versions = results[one.name].get("versions", {})
        shown = [versions.get(name, "") for name in ("keras", "jax", "tensorflow-cpu")]
        installed.append([shown[0] or one.version, *shown[1:], results[one.name].get("problem", "measured")])
    return [_ON_JAX, _ON_JAX_INTRO, table(rows), "Measured with:", table(installed)]


def _releases_table(results: Results, programs: Sequence[Program]) -> str:
    rows = [["Release", "Installed", "TensorFlow", "Programs run"]]
    for release in _releases(results):
        found = results.get(release.name, {})
        versions: dict[str, Any] = found.get("versions", {})
        installed = versions.get(release.package) or versions.get(release.package.replace("_", "-"), "")
        if release not in RELEASES:
            installed += " (development version, not released)"
        wanted = [one for one in programs if release.keras in one.keras]
        run = sum(bool(_words(results, release, one)) for one in wanted)
        said = f"cannot be installed: {found['problem']}" if "problem" in found else f"{run} of {len(wanted)}"
        rows.append([release.name, installed, versions.get("tensorflow", ""), said])
    return table(rows)


def _words(results: Results, release: Release, program: Program) -> str:
    """The measured cell; empty when there is none, or when the release could not say."""
    words: str = results.get(release.name, {}).get("cells", {}).get(program.key, "")
    return "" if words.startswith("?") else words


def _is_measured(results: Results, release: Release, program: Program) -> bool:
    return program.key in results.get(release.name, {}).get("cells", {})


_SKIPS_A_LAYER_THAT_DOES_NOTHING = ("KTP206",)
"""What these rules report does what is meant: the layer that inference skips would do nothing in it."""


def _is_wrong(results: Results, release: Release, program: Program) -> bool:
    words = _words(results, release, program)
    if program.code in _SKIPS_A_LAYER_THAT_DOES_NOTHING:
        words = words.replace("skipped", "infer")
    return bool(words) and words != program.right


def _ranges(found: Sequence[Release]) -> str:
    """Releases as ranges: `3.1 to 3.9, 3.15`."""
    runs: list[list[Release]] = []
    for release in sorted(found, key=lambda one: one.number):
        if runs and runs[-1][-1].number == (release.number[0], release.number[1] - 1):
            runs[-1].append(release)
        else:
            runs.append([release])
    spelled = [run[0].version if len(run) == 1 else f"{run[0].version} to {run[-1].version}" for run in runs]
    return ", ".join(spelled) or "-"
