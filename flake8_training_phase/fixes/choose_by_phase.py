"""The fix that turns a choice by the learning phase into a conditional expression."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.arguments import defaults, parameter, parameter_names
from flake8_training_phase.analysis.domain.scopes import inner_statements
from flake8_training_phase.analysis.domain.values import FunctionValue, Partial
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.queries.legacy_uses import LegacyUse, binds
from flake8_training_phase.analysis.queries.phase_switches import PhaseSwitch
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.fixes.brackets import as_operand, in_brackets
from flake8_training_phase.fixes.changes import Change, FixPlan, Replace
from flake8_training_phase.fixes.legacy_imports import has_comments
from flake8_training_phase.fixes.parameter import add_parameter

_LONG = 70
"""How long the parts may be together before each gets a line of its own, where the call spans lines."""


def choose_by_phase(switch: PhaseSwitch, module: CheckedModule) -> FixPlan | None:
    """Write `first if training else second` in the place of the call."""
    use = switch.use
    if switch.first is None or switch.second is None:
        return None
    if switch.chosen is not None:
        return _settled(switch, switch.chosen, module)
    changes: list[Change] = []
    if switch.flag is None and not use.phase_parameter:
        if use.layer_class is None or not use.layer_class.can_take_training:
            return None
        changes += add_parameter(use.layer_class)
    phase, told = ("training", []) if switch.flag is None else (as_operand(switch.flag), [switch.flag])
    first, second = _choice(switch, switch.first), _choice(switch, switch.second)
    parts = (first.node, *told, second.node)
    if has_comments(use.node, parts, module.source):
        return None
    template = _template(use, first.template, phase, second.template, parts)
    changes.append(Replace(use.node, template, parts))
    safe = first.sure and second.sure and _is_told(use, switch.flag)
    caveat = None if safe else "a flag that is None, or an alternative that is a function, changes what it does"
    return FixPlan("Replace it with a conditional expression", tuple(changes), caveat)


def _settled(switch: PhaseSwitch, chosen: ast.expr, module: CheckedModule) -> FixPlan | None:
    """Write what a choice by a literal always gives."""
    choice = _choice(switch, chosen)
    if has_comments(switch.use.node, (choice.node,), module.source):
        return None
    simple = isinstance(choice.node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))
    template = choice.template
    if template == "{}" and not simple:
        template = in_brackets(template, switch.use.node, switch.use.parents[0])
    change = Replace(switch.use.node, template, (choice.node,))
    caveat = None if choice.sure else f"`{ast.unparse(choice.node)}` must not be a function"
    return FixPlan("Replace it with the value it always returns", (change,), caveat)


def _is_told(use: LegacyUse, flag: ast.expr | None) -> bool:
    """Whether the flag is the parameter of `call`, or one that callers have to pass: it is not None by neglect."""
    if flag is not None and not isinstance(flag, ast.Name):
        return False
    if use.in_call:
        return flag is None or flag.id == "training"
    name = flag.id if flag is not None else "training"
    function = use.function
    return function is not None and parameter(function, name) is not None and name not in dict(defaults(function))


def _template(use: LegacyUse, first: str, phase: str, second: str, parts: tuple[ast.expr, ...]) -> str:
    """The conditional expression: on lines of its own when a choice spans lines or all would be too long for one."""
    long = any(part.lineno != part.end_lineno for part in parts)
    if use.node.lineno != use.node.end_lineno:
        long = long or sum(len(ast.unparse(part)) for part in parts) + use.statement.col_offset > _LONG
    if not long:
        return in_brackets(f"{first} if {phase} else {second}", use.node, use.parents[0])
    outer = " " * use.statement.col_offset
    inner = outer + " " * _indent(use)
    # `Replace` puts brackets around what spans lines.
    return f"\n{inner}{first}\n{inner}if {phase}\n{inner}else {second}\n{outer}"


def _indent(use: LegacyUse) -> int:
    function = use.function
    return (
        function.body[0].col_offset - function.col_offset
        if function and function.body[0].lineno > function.lineno
        else 4
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    template: str
    """How it is written as a value; `{}` stands for the text of `node`."""
    node: ast.expr
    sure: bool


def _choice(switch: PhaseSwitch, node: ast.expr) -> _Choice:
    use = switch.use
    if isinstance(node, ast.Lambda):
        parameters = (*node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg)
        if any(parameters) or any(isinstance(one, (ast.Yield, ast.YieldFrom)) for one in nodes_in(node)):
            return _Choice("({})()", node, True)
        node = node.body
    elif isinstance(node, (ast.Name, ast.Attribute)):
        value = _local_function(use, node) or use.value_of(node)
        if switch.calls_both or isinstance(value, (FunctionValue, Partial, ast.FunctionDef)):
            return _Choice("{}()", node, True)
        return _Choice("{}", node, isinstance(node, ast.Name) and _is_tensor(use, node.id))
    elif switch.calls_both:
        return _Choice("({})()", node, True)
    return _Choice(as_operand(node), node, True)


def _local_function(use: LegacyUse, node: ast.expr) -> ast.FunctionDef | None:
    """The nested function, or the method of the same class, that a name means."""
    around: tuple[ast.AST, ...] = use.functions
    name = node.id if isinstance(node, ast.Name) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        around = tuple(parent for parent in use.parents if isinstance(parent, ast.ClassDef))[:1]
        name = node.attr
    body: list[ast.stmt] = [one for block in around for one in getattr(block, "body", [])]
    return next((one for one in inner_statements(body) if isinstance(one, ast.FunctionDef) and one.name == name), None)


def _is_tensor(use: LegacyUse, name: str) -> bool:
    """Whether a name is the input of `call`, or assigned from a computation: nothing that could be called."""
    if use.function is None:
        return False
    call = use.layer_class.call if use.layer_class is not None else None
    bound = [function for function in use.functions if parameter(function, name) is not None or binds(function, name)]
    if call is not None and bound == [call] and parameter_names(call)[1:2] == [name]:
        return True
    values = [
        node.value
        for function in bound
        for node in nodes_in(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    ]
    return bool(values) and all(isinstance(value, (ast.Call, ast.BinOp, ast.Constant)) for value in values)
