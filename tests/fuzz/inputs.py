"""Where inputs come from: the examples of the rules, pieces of real code, and code that hypothesmith makes up; in files
of Python, in notebooks and in Markdown."""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import hypothesmith
from hypothesis import HealthCheck, Phase, strategies

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.runs.discovery import discover
from flake8_training_phase.sources.gate import may_hold_findings
from flake8_training_phase.sources.text import SourceText
from tests.fuzz.containers import markdown, notebook
from tests.fuzz.mutations import mutated, written
from tests.helpers import HEAD
from tests.rule_examples import every_text

MAX_LINES = 250
"""The size of a piece of real code."""


@dataclass(frozen=True, slots=True)
class Input:
    """What the tool is given on its standard input."""

    name: str
    """The file that it takes the place of, whose suffix says what it is."""
    data: bytes


def mutants(seed: int, corpus: Sequence[Path]) -> Iterator[Input]:
    """Mutated examples and pieces of real code, without end; each depends on the seed and its number alone."""
    texts = [one for one in (every_text(), pieces(corpus)) if one]
    number = 0
    while True:
        yield _mutant(texts, random.Random(f"{seed} {number}"))
        number += 1


def _mutant(texts: Sequence[Sequence[str]], chance: random.Random) -> Input:
    def mutant() -> str:
        return mutated(chance.choice(chance.choice(texts)), chance)

    match chance.randrange(5):
        case 0:
            return Input("input.ipynb", notebook([mutant() for _ in range(chance.choice((1, 1, 2)))], chance))
        case 1:
            return Input("input.md", markdown([mutant() for _ in range(chance.choice((1, 1, 2)))], chance))
    return Input("input.py", written(mutant(), chance))


def pieces(corpus: Sequence[Path]) -> list[str]:
    """The classes of real code that a rule could speak of, each with the imports of its file."""
    found: list[str] = []
    for path, _ in discover(corpus, Configuration({}, isolated=True), lambda path, error: None):
        found += _pieces_of(path)
    return found


def _pieces_of(path: Path) -> list[str]:
    try:
        text = SourceText.decode(path.read_bytes()).text
        return list(_classes_of(text)) if may_hold_findings(text) else []
    except (OSError, SyntaxError, ValueError):
        return []


def _classes_of(text: str) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    lines = text.splitlines(keepends=True)

    def text_of(node: ast.stmt) -> str:
        return "".join(lines[node.lineno - 1 : node.end_lineno])

    head = "".join(text_of(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)))
    for node in tree.body:
        piece = f"{head}\n\n{text_of(node)}" if isinstance(node, ast.ClassDef) else ""
        if piece.count("\n") <= MAX_LINES and may_hold_findings(piece):
            yield piece


def made_up(seed: int, count: int) -> list[Input]:
    """Code from Python's grammar: as a whole file, as the body of a `call`, and in the arguments of a layer call."""
    module = hypothesmith.from_grammar("file_input")
    expression = hypothesmith.from_grammar("eval_input").map(str.strip)
    method = "    def call(self, x, training=None):\n"
    forms = strategies.one_of(
        module.map(lambda text: f"{HEAD}{method}        return self.drop(x)\n\n\n{text}"),
        module.map(lambda text: f"{HEAD}    def call(self, x):\n{_indented(text)}\n        return self.drop(x)\n"),
        expression.map(lambda text: f"{HEAD}{method}        return self.drop({text})\n"),
        expression.map(lambda text: f"{HEAD}    def call(self, x, is_training={text}):\n        return self.drop(x)\n"),
        expression.map(lambda text: f"{HEAD}    def call(self, x):\n        return ({text}, self.drop(x))\n"),
    )
    found: list[Input] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(forms)
    def collect(text: str) -> None:
        found.append(Input("input.py", text.encode("utf-8", "surrogatepass")))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        collect()
    return found


def _indented(text: str) -> str:
    return "\n".join(f"        {line}" for line in text.split("\n"))
