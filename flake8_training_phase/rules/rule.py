"""What a rule is."""

from __future__ import annotations

import ast
import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.queries.checked_module import CheckedModule, RelatedNode
from flake8_training_phase.codes import rule_name
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import FixPlan


@dataclass(frozen=True, slots=True)
class Violation:
    """What a rule has found: a finding whose fix is not rendered yet."""

    rule: Rule
    node: ast.AST
    message: str
    keras: tuple[int, ...]
    severity: Severity
    plan: FixPlan | None
    end: ast.AST | None = None
    """The node it ends with, when that is not `node`: a finding on a `def` ends with its last parameter."""
    related: RelatedNode | None = None


class Rule(ABC):
    """One rule; its docstring is its page."""

    severity: Severity
    on_by_default = True
    words: tuple[str, ...] = ()
    """One of these is in every text that the rule can find anything in; empty for any text."""

    @abstractmethod
    def check(self, module: CheckedModule) -> Iterator[Violation]:
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
        plan: FixPlan | None = None,
        end: ast.AST | None = None,
        severity: Severity | None = None,
        related: RelatedNode | None = None,
    ) -> Violation:
        """A problem of this rule at a node; a definition is shown by its first line, not with its whole body."""
        return Violation(self, node, message, keras, severity or self.severity, plan, end or _header_end(node), related)


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
