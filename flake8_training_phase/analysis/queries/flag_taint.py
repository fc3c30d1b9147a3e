"""The code of a function that depends on the mode: a wide net, where a miss costs less than a false alarm.

The interpreter knows exactly which lanes a layer call runs in. For functions from outside it is enough to know that
nothing of the flag comes near.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.names import variables_in
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

PHASE_WORD = re.compile(
    r"(^|_)(is_?)?(train\w*|infer\w*|eval\w*|test(ing)?|predict\w*|phase|mode|determin\w*)(_|$)", re.IGNORECASE
)
"""Names that have to do with the phase: `training`, `is_training`, `self._inference`, `K.learning_phase`."""

_ASK_BY_NAME = frozenset({"get", "getattr", "pop", "setdefault"})

_CHOOSERS = frozenset({"cond", "smart_cond", "where", "switch", "select", "in_train_phase", "in_test_phase", "case"})


class FlagTaint:
    """One function, and the names in it that are made from the phase."""

    def __init__(self, function: FunctionNode, tainted: Iterable[str] = ()) -> None:
        self.function = function
        self.given = frozenset(tainted)

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """The node around each node."""
        return parents_of(self.function)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names that hold something made from the phase."""
        names = set(self.given)
        while True:
            before = len(names)
            for node in nodes_in(self.function):
                if _binds_by_phase(node, names):
                    names |= {one.id for one in nodes_in(node) if isinstance(one, ast.Name) and _is_store(one)}
            if len(names) == before:
                return frozenset(names)

    def mentions(self, node: ast.AST) -> bool:
        """Whether an expression is made from the phase."""
        return _mentions(node, self._names)

    def guards(self, node: ast.AST) -> bool:
        """Whether something of the phase decides whether a node runs, or what becomes of its value."""
        return self._is_inside_test(node) or self._is_behind_exit(node) or self._is_chosen_later(node)

    def _is_inside_test(self, node: ast.AST) -> bool:
        child = node
        while (parent := self.parents.get(child)) is not None:
            if isinstance(parent, (ast.If, ast.IfExp, ast.While)) and child is not parent.test:
                if self.mentions(parent.test):
                    return True
            elif isinstance(parent, (ast.BoolOp, ast.BinOp, ast.Compare, ast.comprehension, ast.match_case)) or (
                isinstance(parent, ast.Call) and called_name(parent) in _CHOOSERS
            ):
                if self._sibling_mentions(parent, child):
                    return True
            elif isinstance(parent, ast.Match) and child is not parent.subject:
                if self.mentions(parent.subject):
                    return True
            elif isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)) and parent is not self.function:
                return self._is_guarded_function(parent)
            child = parent
        return False

    def _sibling_mentions(self, parent: ast.AST, child: ast.AST) -> bool:
        return any(one is not child and self.mentions(one) for one in ast.iter_child_nodes(parent))

    def _is_guarded_function(self, nested: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        uses = [one for one in nodes_in(self.function) if isinstance(one, ast.Name) and one.id == nested.name]
        return self._is_inside_test(nested) or any(self.guards(one) for one in uses)

    def _is_behind_exit(self, node: ast.AST) -> bool:
        """Whether there is a way out before it that the phase decides on."""
        for one in nodes_in(self.function):
            if isinstance(one, ast.If) and one.lineno < getattr(node, "lineno", 0) and self.mentions(one.test):
                if any(isinstance(inner, (ast.Return, ast.Raise, ast.Continue)) for inner in nodes_in(one)):
                    return True
        return False

    def _is_chosen_later(self, node: ast.AST) -> bool:
        """Whether the name that its value gets is used where the phase decides."""
        child = node
        while child in self.parents and not isinstance(child, ast.stmt):
            child = self.parents[child]
        if not isinstance(child, (ast.Assign, ast.AugAssign)):
            return False
        targets = child.targets if isinstance(child, ast.Assign) else [child.target]
        names = set[str]().union(*map(variables_in, targets))
        uses = [one for one in nodes_in(self.function) if isinstance(one, ast.Name) and one.id in names]
        later = (one for one in uses if one.lineno > child.lineno and not _is_store(one))
        return any(self._is_inside_test(one) for one in later)


def _binds_by_phase(node: ast.AST, names: set[str]) -> bool:
    """Whether the names that a statement binds come from the phase, by their value or by a condition around them."""
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)):
        # A layer that is handed the flag gives no flag back.
        return node.value is not None and _mentions(node.value, names, in_layer_calls=False)
    return isinstance(node, ast.If) and _mentions(node.test, names) and _is_small(node)


def _is_small(node: ast.If) -> bool:
    """Whether a condition only chooses values, and does not hold half of the function."""
    return all(isinstance(one, (ast.Assign, ast.AugAssign, ast.AnnAssign)) for one in (*node.body, *node.orelse))


def _mentions(node: ast.AST, names: Iterable[str], in_layer_calls: bool = True) -> bool:
    todo = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.Name) and (one.id in names or PHASE_WORD.search(one.id)):
            return True
        if isinstance(one, ast.Attribute) and PHASE_WORD.search(one.attr):
            return True
        if isinstance(one, ast.keyword) and not in_layer_calls and one.arg is not None and PHASE_WORD.search(one.arg):
            continue
        if any(isinstance(key, ast.Constant) and PHASE_WORD.search(str(key.value)) for key in _keys(one)):
            return True
        todo.extend(ast.iter_child_nodes(one))
    return False


def _keys(node: ast.AST) -> Sequence[ast.expr]:
    """What something is asked for by its name: `kwargs["training"]`, `kwargs.get("training")`, `"training" in kwargs`,
    `getattr(self, "training", False)`.
    """
    if isinstance(node, ast.Subscript):
        return (node.slice,)
    if isinstance(node, ast.Call) and called_name(node) in _ASK_BY_NAME:
        return node.args[:2]
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return (node.left,)
    return ()


def _is_store(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)
