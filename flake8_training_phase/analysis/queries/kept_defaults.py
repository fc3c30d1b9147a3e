"""What a `call` does as long as one of its parameters keeps its default."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from flake8_training_phase.analysis.domain.classes import Method
from flake8_training_phase.analysis.domain.flags import truth
from flake8_training_phase.analysis.domain.values import Constant
from flake8_training_phase.analysis.syntax.decisions import decisions
from flake8_training_phase.analysis.syntax.names import LocalNames
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of


class KeptDefault:
    """A method, one of its parameters, and the default of that, which nobody replaces."""

    def __init__(self, method: Method, name: str, default: Constant) -> None:
        self._method = method
        self._local = LocalNames()
        self._given = {name: default}

    def outcome(self, node: ast.expr) -> bool | None:
        """Whether an expression is true; None where the parameter does not settle it."""
        test = self._local.written(node, self._method.node)
        if not any(isinstance(one, ast.Name) and one.id in self._given for one in nodes_in(test)):
            return None
        owner = self._method.owner
        return truth(owner.program.evaluate(test, owner.scope, self._given))[0]

    def runs(self, node: ast.AST) -> bool | None:
        """Whether a node runs; None where no test of the parameter comes before it."""
        outcomes = list(self._outcomes_before(node))
        return all(outcomes) if outcomes else None

    @cached_property
    def _parents(self) -> dict[ast.AST, ast.AST]:
        return parents_of(self._method.node)

    def _outcomes_before(self, node: ast.AST) -> Iterator[bool]:
        """Of the tests of the parameter that decide whether a node runs, whether they let it."""
        for one in decisions(node, self._parents):
            # `if mode == "test": return x` in front of it counts as well.
            ends = one.exit is None or (isinstance(one.exit.body[-1], (ast.Return, ast.Raise)) and not one.exit.orelse)
            outcome = self.outcome(one.test) if ends else None
            if outcome is not None:
                yield outcome is one.runs_if_true
