"""Code that sorts the layers of a collection itself: those that need the flag are called with it, the others without.

`x = op(x, training=training) if "drop" in op.name else op(x)`: what `op` may be in the second call is not known from
what the collection holds.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from itertools import islice

from flake8_training_phase.analysis.syntax.decisions import decisions
from flake8_training_phase.analysis.syntax.names import last_name, root_of, variables_in
from flake8_training_phase.analysis.syntax.walking import NodesByKind, parents_of

_NAMED = (ast.Name, ast.Attribute, ast.Subscript)
_MOST_TESTS = 32
"""How many tests that decide about a call are looked at."""


def sorted_out(tree: ast.AST, nodes: NodesByKind, flags: Collection[str]) -> frozenset[ast.Call]:
    """The calls without a flag that a test of what is called, or of its number or key, keeps apart from calls of it
    with one of the `flags`.
    """
    given: dict[str, list[ast.Call]] = {}
    for call in nodes.of(ast.Call):
        if call.args and isinstance(call.func, _NAMED) and any(one.arg in flags for one in call.keywords):
            given.setdefault(ast.unparse(call.func), []).append(call)
    ends = {last_name(calls[0].func) for calls in given.values()}  # Whole texts take long to write.
    others = [
        call
        for call in nodes.of(ast.Call)
        if isinstance(call.func, _NAMED) and last_name(call.func) in ends and _has_no_flag(call, flags)
    ]
    beside = _targets(nodes)
    candidates = [
        (call, names, found)
        for call in others
        if (names := _element(call.func, beside)) and (found := given.get(ast.unparse(call.func)))
    ]
    parents = parents_of(tree) if candidates else {}
    return frozenset(call for call, names, found in candidates if _is_kept_apart(call, names, found, parents))


def _has_no_flag(call: ast.Call, flags: Collection[str]) -> bool:
    return bool(call.args) and not any(one.arg is None or one.arg in flags for one in call.keywords)


def _targets(nodes: NodesByKind) -> dict[str, set[str]]:
    """The names that loops set, each with those set beside it: `i` and `op` of `for i, op in enumerate(self.ops)`."""
    loops: list[ast.For | ast.AsyncFor | ast.comprehension]
    loops = [*nodes.of(ast.For), *nodes.of(ast.AsyncFor), *nodes.of(ast.comprehension)]
    found: dict[str, set[str]] = {}
    for loop in loops:
        names = variables_in(loop.target)
        for name in names:
            found.setdefault(name, set()).update(names)
    return found


def _element(called: ast.expr, beside: dict[str, set[str]]) -> set[str]:
    """The names that say which layer of a collection is called; none for one that an attribute holds."""
    root = root_of(called)
    names = variables_in(called)
    if root is not called and isinstance(root, ast.Name) and root.id not in beside:
        names.discard(root.id)  # The `self` of `self.ops[i]`.
    return names.union(*(beside.get(name, ()) for name in names))


def _is_kept_apart(call: ast.Call, names: set[str], given: Sequence[ast.Call], parents: dict[ast.AST, ast.AST]) -> bool:
    return any(
        not names.isdisjoint(variables_in(decision.test)) and any(_is_within(one, decision.other) for one in given)
        for decision in islice(decisions(call, parents), _MOST_TESTS)
    )


def _is_within(call: ast.Call, branch: Sequence[ast.stmt | ast.expr]) -> bool:
    """Whether a call stands in a branch, judging by its place in the text."""
    if not branch:
        return False
    first, last = branch[0], branch[-1]
    start, end = (first.lineno, first.col_offset), (last.end_lineno or 0, last.end_col_offset or 0)
    return start <= (call.lineno, call.col_offset) < end
