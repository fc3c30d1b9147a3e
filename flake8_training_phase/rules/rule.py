"""What a rule is."""

from __future__ import annotations

import ast
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.checked_module import CheckedModule, RelatedNode
from flake8_training_phase.codes import rule_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Plan


@dataclass(frozen=True, slots=True)
class Proof:
    """What Keras does with an example, measured by `tests/runtime`.

    A cell has five words, one for each of `fit()`, `model(x, training=True)`, `model(x, training=False)`,
    `model(x)` and `predict()`: `T` when the watched layer behaves as in training (Dropout drops, BatchNormalization
    uses the batch and updates its moving statistics), `I` as in inference, `-` when it does not run, `E` when the
    call raises.
    """

    build: str
    """An expression that makes the model, in the namespace of the example."""
    layer: str
    """The path of the watched layer below the model: `head.dropout`, `blocks[1]`."""
    keras2: str | None = "T T I I I"
    """What `tf_keras` does with the bad code; None when the example is not for it."""
    keras3: str | None = "T T I I I"
    """What `keras` does with the bad code."""
    keras3_early: str | None = None
    """What Keras 3.1 to 3.9 do with the bad code where they differ: measured when such a Keras is installed."""
    shape: tuple[int, ...] = (8,)
    """The shape of one sample."""
    fixed: str = "T T I I I"
    """What both do with the fixed code."""


@dataclass(frozen=True, slots=True)
class Example:
    """Code that a rule speaks of (`bad`), what its fixes make of it, and the proof that it matters."""

    bad: str
    fixed: str | None
    """The code after all safe and unsafe fixes; None when there is no fix."""
    proof: Proof


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule has found: a finding whose fix is not rendered yet."""

    rule: Rule
    node: ast.AST
    message: str
    keras: tuple[int, ...]
    severity: Severity
    plan: Plan | None
    end: ast.AST | None = None
    """The node it ends with, when that is not `node`: a finding on a `def` ends with its last parameter."""
    related: RelatedNode | None = None


class Rule(ABC):
    """One rule; its docstring is its page."""

    severity: Severity
    on_by_default = True
    words: tuple[str, ...] = ()
    """One of these stands in every text that the rule can find anything in; empty for any text."""
    bad: tuple[Example, ...]
    good: tuple[str, ...]
    """Code that the rule must not speak of."""

    @abstractmethod
    def check(self, module: CheckedModule) -> Iterator[Problem]:
        """The problems of a module."""

    @property
    def code(self) -> str:
        """For example `"KTP202"`."""
        return type(self).__module__.rpartition(".")[2][:6].upper()

    @property
    def name(self) -> str:
        """For example `"training-not-forwarded"`."""
        return rule_name(self.code)

    @property
    def page(self) -> str:
        """The rule's page in Markdown."""
        return inspect.cleandoc(type(self).__doc__ or "")

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return " ".join(self.page.partition("\n\n")[0].split())

    def problem(
        self,
        node: ast.AST,
        message: str,
        keras: tuple[int, ...],
        plan: Plan | None = None,
        end: ast.AST | None = None,
        severity: Severity | None = None,
        related: RelatedNode | None = None,
    ) -> Problem:
        """A problem of this rule at a node; a definition is shown by its first line, not with its whole body."""
        return Problem(self, node, message, keras, severity or self.severity, plan, end or _header_end(node), related)


def _header_end(node: ast.AST) -> ast.AST | None:
    """The last parameter of a function, or base of a class; None for any other node."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        arguments = node.args
        inside: list[ast.arg | ast.expr] = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        optional = (*arguments.defaults, *arguments.kw_defaults, arguments.vararg, arguments.kwarg)
        inside += [one for one in optional if one is not None]
    elif isinstance(node, ast.ClassDef):
        inside = [*node.bases, *(keyword.value for keyword in node.keywords)]
    else:
        return None
    return max(inside, key=lambda one: (one.end_lineno or 0, one.end_col_offset or 0), default=None)


def words_in(rule: Rule, text: str) -> bool:
    """Whether a text can hold a finding of the rule, by its words."""
    return not rule.words or any(word in text for word in rule.words)
