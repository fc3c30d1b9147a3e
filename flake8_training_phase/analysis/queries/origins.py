"""Where something unknown comes from, in words: what to look at to make it known."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake8_training_phase.analysis.domain.arguments import FunctionNode, parameter_names
from flake8_training_phase.analysis.domain.class_bodies import FunctionDef
from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import Inlined
from flake8_training_phase.analysis.project import is_outside
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.layer_calls import passed_for
from flake8_training_phase.analysis.syntax.names import root_of
from flake8_training_phase.analysis.syntax.walking import nodes_in

MAX_NAMES = 5
"""Through how many names and attributes an origin is followed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression is; by default outside of functions."""

    function: FunctionDef | None = None
    cls: UserClass | None = None
    """The class whose method that is."""
    phase: str = "training"
    """The parameter of `call` that Keras fills: of all that makes up a flag it is the known part."""
    calls: Mapping[FunctionNode, Inlined] = field(default_factory=dict)
    """The calls that run functions of the module, by the function."""


class Origins:
    """Where the unknown parts of a module come from."""

    def __init__(self, module: CheckedModule) -> None:
        self._module = module.module
        self._project = module.project
        self._imports = dict(_imports(module.tree))
        self._statements = module.tree.body

    def of_attribute(
        self, name: str, cls: UserClass, subject: str = "it", followed: frozenset[str] = frozenset()
    ) -> str:
        """Where an attribute of the objects of a class comes from; the words begin with the subject."""
        for owner in (one for one in cls.mro if isinstance(one, UserClass)):
            for function in owner.methods.values():
                value = next(_assigned(nodes_in(function), name, own_name(function)), None)
                if value is None:
                    continue
                if owner.scope.root is not self._module.scope:
                    return f"`{owner.name}`, which is in another file, assigns {subject}"
                reason = self.of(value, Place(function, cls), followed)
                return f"{subject} is assigned in line {value.lineno}, and {reason}"
        return f"no method that can be read assigns {subject}"

    def of(self, expression: ast.expr, place: Place, followed: frozenset[str] = frozenset()) -> str:
        """Where the value of an expression comes from; `followed` are the names that led to it."""
        known = followed if place.function in place.calls else {place.phase, *followed}
        expression = next((one for one in _operands(expression) if ast.unparse(one) not in known), expression)
        made = isinstance(expression, ast.Call)
        while isinstance(expression, (ast.Call, ast.ListComp, ast.GeneratorExp)):
            expression = expression.func if isinstance(expression, ast.Call) else expression.elt
            made = True
        if isinstance(expression, (ast.List, ast.Tuple)) and expression.elts:
            return self.of(expression.elts[0], place, followed)
        root = root_of(expression)
        text = ast.unparse(expression)
        if isinstance(root, ast.Name):
            attribute = "" if made else attribute_of(expression, own_name(place.function))
            if attribute and place.cls is not None and text not in followed:
                return self.of_attribute(attribute, place.cls, f"`{text}`", followed | {text})
            if root.id not in followed and len(followed) < MAX_NAMES:
                told = self._of_name(root.id, place, followed | {root.id})
                if told is not None:
                    return told
            if place.function is not None and root.id in _parameters(place.function):
                return f"what is passed for the parameter `{root.id}` of `{place.function.name}` is not known"
            if root.id in self._imports:
                return f"`{text}` {self._imported(root.id)}"
        return f"what `{text}` {'gives' if made else 'is'} cannot be read from the code"

    def _of_name(self, name: str, place: Place, followed: frozenset[str]) -> str | None:
        """Where the value of a name comes from that is assigned, or passed by a call that is known."""
        function = place.function
        if function is None:
            return None
        local = next(_assigned(nodes_in(function), name), None)
        if local is not None:
            return f"`{name}` is assigned in line {local.lineno}, and {self.of(local, place, followed)}"
        if name in _parameters(function):
            call = place.calls.get(function)
            passed = None if call is None else passed_for(call, name).node
            if call is None or passed is None or not isinstance(call.place.function, FunctionDef):
                return None
            caller = replace(place, function=call.place.function)
            return f"`{name}` is passed in line {passed.lineno}, and {self.of(passed, caller, followed - {name})}"
        value = next(_assigned(self._statements, name), None)
        if value is None:
            return None
        return f"`{name}` is assigned in line {value.lineno}, and {self.of(value, Place(), followed)}"

    def _imported(self, name: str) -> str:
        statement, module = self._imports[name]
        where = f"is imported in line {statement.lineno} from `{module}`"
        if is_outside(module):
            return f"{where}, of which only layers are known"
        if not self._project.follows_imports:
            return f"{where}, and `follow-imports` is off"
        found = self._project.file_of_import(self._module, module.lstrip("."))
        if found is None:
            return f"{where}, for which no file and no catalogue was found"
        file, is_read = found
        path = Path(os.path.relpath(file, self._module.path.parent)).as_posix()
        if not is_read:
            return f"{where}, but {path} cannot be read or parsed"
        return f"{where}, but what it is cannot be read from {path}"


def _operands(condition: ast.expr) -> Iterator[ast.expr]:
    """What a condition is made of: the parts that are no conditions themselves, without literals."""
    match condition:
        case ast.BoolOp(values=parts):
            pass
        case ast.UnaryOp(operand=part) | ast.Call(func=ast.Name("bool"), args=[part]):
            parts = [part]
        case ast.IfExp(test=test, body=body, orelse=orelse):
            parts = [body, orelse, test]
        case ast.Compare(left=left, comparators=others):
            parts = [left, *others]
        case ast.Constant():
            return
        case _:
            yield condition
            return
    for part in parts:
        yield from _operands(part)


def _imports(tree: ast.Module) -> Iterator[tuple[str, tuple[ast.stmt, str]]]:
    """Each name that an import binds, with the statement and the module that it is from, as it is written."""
    for node in nodes_in(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, (node, "." * node.level + (node.module or alias.name))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], (node, alias.name)


def _parameters(function: FunctionDef) -> set[str]:
    """Every parameter that a caller can fill, without the first one: `self`."""
    arguments = function.args
    rest = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return {*parameter_names(function)[1:], *(one.arg for one in (*arguments.kwonlyargs, *rest))}


def own_name(function: FunctionDef | None) -> str:
    """What a method calls its object: `self`; empty without one."""
    return "" if function is None else (parameter_names(function) or [""])[0]


def attribute_of(expression: ast.expr, own: str) -> str:
    """The attribute of `own` that an expression names, `self.block` or `self.blocks[0]`; empty for anything else."""
    if isinstance(expression, ast.Subscript):
        return attribute_of(expression.value, own)
    if isinstance(expression, ast.Attribute) and isinstance(expression.value, ast.Name) and expression.value.id == own:
        return expression.attr
    return ""


def _assigned(nodes: Iterable[ast.AST], name: str, own: str = "") -> Iterator[ast.expr]:
    """The values that are assigned to a name, or to the attribute of `own`, or appended to what it holds."""
    for node in nodes:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_meant(one, name, own) for target in targets for one in _parts(target)):
                yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            if node.args and _is_meant(node.func.value, name, own):
                yield node.args[0]


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]


def _is_meant(target: ast.expr, name: str, own: str) -> bool:
    if own:
        return isinstance(target, ast.Attribute) and target.attr == name and _is_meant(target.value, own, "")
    return isinstance(target, ast.Name) and target.id == name
