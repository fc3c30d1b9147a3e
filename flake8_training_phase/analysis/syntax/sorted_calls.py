"""Code that sorts the layers of a collection itself: those that need the flag are called with it, the others without.

`x = op(x, training=training) if "drop" in op.name else op(x)`: what `op` may be in the second call is not known from
what the collection holds.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_training_phase.analysis.syntax.blocks import blocks
from flake8_training_phase.analysis.syntax.names import root_of
from flake8_training_phase.analysis.syntax.walking import NodesByKind, parents_of

_ENDS = (ast.Continue, ast.Return, ast.Break, ast.Raise)
_MOST_TESTS = 32
"""How many tests around a call are looked at."""


def sorted_out(tree: ast.AST, nodes: NodesByKind, flags: Collection[str]) -> frozenset[ast.Call]:
    """The calls without a flag that a test of what is called, or of its number or key, keeps apart from calls of it
    with one of the `flags`.
    """
    given: dict[str, list[ast.Call]] = {}
    others: dict[str, list[ast.Call]] = {}
    for call in nodes.of(ast.Call):
        if call.args and isinstance(call.func, (ast.Name, ast.Attribute, ast.Subscript)):
            has_flag = any(one.arg in flags for one in call.keywords)
            if has_flag or not any(one.arg is None for one in call.keywords):
                (given if has_flag else others).setdefault(_text(call.func), []).append(call)
    both = given.keys() & others.keys()
    if not both:
        return frozenset()
    parents, beside = parents_of(tree), _targets(nodes)
    return frozenset(
        call for text in both for call in others[text] if _is_kept_apart(call, given[text], parents, beside)
    )


def _text(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else ast.unparse(called)


def _targets(nodes: NodesByKind) -> dict[str, set[str]]:
    """The names that loops set, each with those set beside it: `i` and `op` of `for i, op in enumerate(self.ops)`."""
    loops: list[ast.For | ast.AsyncFor | ast.comprehension]
    loops = [*nodes.of(ast.For), *nodes.of(ast.AsyncFor), *nodes.of(ast.comprehension)]
    found: dict[str, set[str]] = {}
    for loop in loops:
        names = _names(loop.target)
        for name in names:
            found.setdefault(name, set()).update(names)
    return found


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_kept_apart(
    call: ast.Call, given: list[ast.Call], parents: dict[ast.AST, ast.AST], beside: dict[str, set[str]]
) -> bool:
    root = root_of(call.func)
    names = _names(call.func)
    if root is not call.func and isinstance(root, ast.Name) and root.id not in beside:
        names.discard(root.id)  # The `self` of `self.ops[i]`.
    names = names.union(*(beside.get(name, ()) for name in names))
    return bool(names) and any(
        not names.isdisjoint(_names(test)) and any(_is_within(one, other) for one in given)
        for test, other in _choices(call, parents)
    )


_Branch = list[ast.stmt] | list[ast.expr]


def _choices(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[tuple[ast.expr, _Branch]]:
    """The tests that decide whether a node runs, the nearest first, each with what runs in the other case."""
    child, inner, left = node, node, _MOST_TESTS
    while left and (parent := parents.get(child)) is not None:
        if isinstance(parent, (ast.If, ast.IfExp)) and child is not parent.test:
            left -= 1
        if isinstance(parent, ast.IfExp) and child is not parent.test:
            yield parent.test, [parent.orelse if child is parent.body else parent.body]
        elif isinstance(parent, ast.If) and child is not parent.test:
            yield parent.test, parent.orelse if child in parent.body else parent.body
        if isinstance(child, ast.stmt):
            yield from _exits_beside(child, inner, parent)
        child, inner = parent, child


def _exits_beside(statement: ast.stmt, inner: ast.AST, parent: ast.AST) -> Iterator[tuple[ast.expr, _Branch]]:
    """The same for `if …: x = op(x); continue`: of what is behind it, and of what it holds."""
    block = next((one for one in blocks(parent) if statement in one), [])  # type: ignore[arg-type]
    place = block.index(statement) if block else 0
    for one in block[max(0, place - _MOST_TESTS) : place]:
        if isinstance(one, ast.If) and isinstance(one.body[-1], _ENDS):
            yield one.test, one.body
    if isinstance(statement, ast.If) and inner in statement.body and isinstance(statement.body[-1], _ENDS):
        yield statement.test, block[place + 1 :]


def _is_within(call: ast.Call, branch: _Branch) -> bool:
    """Whether a call stands in a branch, judging by its place in the text."""
    if not branch:
        return False
    first, last = branch[0], branch[-1]
    start, end = (first.lineno, first.col_offset), (last.end_lineno or 0, last.end_col_offset or 0)
    return start <= (call.lineno, call.col_offset) < end
