"""Where something unknown comes from, in words: what to look at for whoever wants it to be known."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from flake8_training_phase.analysis.domain.arguments import parameter_names
from flake8_training_phase.analysis.domain.classes import FunctionDef, UserClass
from flake8_training_phase.analysis.project import is_outside
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.names import root_of
from flake8_training_phase.analysis.syntax.walking import nodes_in

MAX_NAMES = 5
"""Through how many local names an origin is followed."""


class Origins:
    """Where the unknown parts of a module come from."""

    def __init__(self, module: CheckedModule) -> None:
        self._module = module.module
        self._project = module.project
        self._imports = dict(_imports(module.tree))

    def of_attribute(self, name: str, cls: UserClass) -> str:
        """Where an attribute of the objects of a class comes from."""
        for owner in (one for one in cls.mro if isinstance(one, UserClass)):
            for function in owner.methods.values():
                value = next(_assigned(function, name, (parameter_names(function) or [""])[0]), None)
                if value is None:
                    continue
                if owner.scope.root is not self._module.scope:
                    return f"`{owner.name}`, which is in another file, assigns it"
                return f"it is assigned in line {value.lineno}, and {self.of(value, function)}"
        return "no method that can be read assigns it"

    def of(self, expression: ast.expr, function: FunctionDef | None, names: int = MAX_NAMES) -> str:
        """Where the value of an expression in a function, or outside of one, comes from."""
        made = isinstance(expression, ast.Call)
        while isinstance(expression, (ast.Call, ast.ListComp, ast.GeneratorExp)):
            expression = expression.func if isinstance(expression, ast.Call) else expression.elt
            made = True
        if isinstance(expression, (ast.List, ast.Tuple)) and expression.elts:
            return self.of(expression.elts[0], function, names)
        root = root_of(expression)
        text = ast.unparse(expression)
        if isinstance(root, ast.Name):
            if function is not None and root.id in _parameters(function):
                return f"what is passed for the parameter `{root.id}` of `{function.name}` is not known"
            local = next(_assigned(function, root.id), None) if function is not None and names else None
            if local is not None:
                return f"`{root.id}` is assigned in line {local.lineno}, and {self.of(local, function, names - 1)}"
            if root.id in self._imports:
                return f"`{text}` {self._imported(root.id)}"
        return f"what `{text}` {'gives' if made else 'is'} cannot be read from the code"

    def _imported(self, name: str) -> str:
        statement, module = self._imports[name]
        where = f"is imported in line {statement.lineno} from `{module}`"
        if is_outside(module):
            return f"{where}, and no table of layers tells what it is"
        if not self._project.follows_imports:
            return f"{where}, and `follow-imports` is off"
        found = self._project.file_of_import(self._module, module.lstrip("."))
        if found is None:
            return f"{where}, of which no file was found and no catalogue tells"
        file, is_read = found
        path = Path(os.path.relpath(file, self._module.path.parent)).as_posix()
        if not is_read:
            return f"{where}, but {path} cannot be read or parsed"
        return f"{where}, but what it is cannot be read from {path}"


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


def _assigned(function: FunctionDef, name: str, own: str = "") -> Iterator[ast.expr]:
    """The values that a function assigns to a name, or to the attribute of `own`, or appends to what it holds."""
    for node in nodes_in(function):
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
