"""Code that a condition on the mode keeps for inference: the `else` of `if training:`, what comes after its return."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from flake8_training_phase.analysis.queries.flag_taint import PHASE_WORD
from flake8_training_phase.analysis.syntax.blocks import blocks
from flake8_training_phase.analysis.syntax.names import last_name, names_in
from flake8_training_phase.analysis.syntax.walking import nodes_in

_TRAINS = re.compile(r"(^|_)(is_?)?train", re.IGNORECASE)


def is_for_inference(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether a condition on the mode lets a node of a module run elsewhere than in training, or may do so."""
    return any(not _trains(test, outcome) for test, outcome in _outcomes(node, parents) if _asks(test))


def _outcomes(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> Iterator[tuple[ast.expr, bool]]:
    """The conditions that decide whether a node runs, and how each has to come out."""
    child = node
    while (parent := parents.get(child)) is not None:
        if isinstance(parent, (ast.If, ast.IfExp)) and child is not parent.test:
            yield parent.test, child is parent.body or (isinstance(parent, ast.If) and child in parent.body)
        if isinstance(child, ast.stmt) and isinstance(parent, (ast.stmt, ast.Module)):
            for block in blocks(parent):
                before = block[: block.index(child)] if child in block else []
                yield from ((one.test, False) for one in before if isinstance(one, ast.If) and _leaves(one))
        child = parent


def _leaves(statement: ast.If) -> bool:
    return isinstance(statement.body[-1], (ast.Return, ast.Raise, ast.Continue))


def _asks(test: ast.expr) -> bool:
    """Whether a condition has to do with the mode: `training`, `split == "train"`."""
    texts = (one.value for one in nodes_in(test) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return any(PHASE_WORD.search(name) for name in (*names_in(test), *texts))


def _trains(test: ast.expr, outcome: bool) -> bool:
    """Whether a condition that comes out so says that this is training."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _trains(test.operand, not outcome)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is outcome:
        return any(_trains(one, outcome) for one in test.values)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Eq, ast.NotEq)):
        other = test.comparators[0]
        is_text = (
            len(test.ops) == 1 and isinstance(other, ast.Constant) and _TRAINS.search(str(other.value)) is not None
        )
        return is_text and isinstance(test.ops[0], ast.Eq) is outcome
    return outcome and isinstance(test, (ast.Name, ast.Attribute)) and _TRAINS.search(last_name(test)) is not None
