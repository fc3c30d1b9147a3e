"""Decorators of a `call` that hide its signature from Keras."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import parameter
from flake8_training_phase.analysis.domain.classes import Method, UserClass
from flake8_training_phase.analysis.domain.values import External, FunctionValue, Value, members
from flake8_training_phase.analysis.syntax.names import last_name
from flake8_training_phase.analysis.syntax.walking import nodes_in

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef

_GRAPH_FUNCTIONS = ("tensorflow.function", "tensorflow.compat.v2.function")
_TRANSPARENT = frozenset({"abstractmethod", "do_not_convert", "final", "no_type_check", "override", "with_name_scope"})
"""Decorators of libraries that hand on whatever a function is given."""
_OPAQUE = frozenset({"custom_gradient"})
"""Those that do not: it takes no keywords in graphs (TensorFlow 2.21)."""


def hiding_decorator(method: Method, unwraps: bool = True) -> ast.expr | None:
    """The decorator of a method that puts a function without `training` in its place, seen in the checked code.

    With `unwraps` one that uses `functools.wraps` hides nothing.
    """
    for decorator in method.node.decorator_list:
        made = _wrapper(_value(decorator, method), _levels(decorator), unwraps)
        if made is not None and parameter(made, "training") is None and not _speaks_of_training(made):
            return decorator
    return None


def hides_signature(cls: UserClass) -> bool:
    """Whether a decorator hides from Keras what the `call` of a class takes."""
    return _hides(cls, unwraps=True)


def hides_default(cls: UserClass) -> bool:
    """Whether a decorator hides the default of `training` from Keras 2, which asks the function that it finds for it,
    and passes None where there is none: `utils/layer_utils.py:809` (2.15).
    """
    return _hides(cls, unwraps=False)


def _hides(cls: UserClass, unwraps: bool) -> bool:
    # The phase flow asks for each call of a layer.
    return cls.program.ask(
        ("hides signature", cls, unwraps),
        lambda: cls.call is not None and hiding_decorator(cls.call, unwraps) is not None,
        meanwhile=False,
    )


def graph_decorator(method: Method) -> ast.expr | None:
    """`@tf.function`, with or without arguments."""
    for decorator in method.node.decorator_list:
        value = _value(decorator, method)
        if isinstance(value, External) and value.path in _GRAPH_FUNCTIONS:
            return decorator
    return None


def hands_on_new_parameter(cls: UserClass) -> bool | None:
    """Whether a parameter that is added to the `call` of a class can be given to it through its decorators; None where
    one of them is unknown.
    """
    if cls.call is None or _is_compiled_for_signature(cls):
        return False
    answers = {_hands_on(one, cls.call) for one in cls.call.node.decorator_list}
    return False if False in answers else None if None in answers else True


def _is_compiled_for_signature(cls: UserClass) -> bool:
    """Whether the class puts `tf.function(call, input_signature=…)` in the place of its `call`: nothing else than what
    that says can be given then.
    """
    calls = (one for one in nodes_in(cls.node) if isinstance(one, ast.Call) and one.args)
    return any(_names_signature(one) and ast.unparse(one.args[0]) in ("call", "self.call") for one in calls)


def _names_signature(call: ast.Call) -> bool:
    return any(keyword.arg == "input_signature" for keyword in call.keywords)


def _hands_on(decorator: ast.expr, method: Method) -> bool | None:
    value = _value(decorator, method)
    if isinstance(value, External):
        name = value.path.rpartition(".")[2]
        if value.path in _GRAPH_FUNCTIONS:
            return not (isinstance(decorator, ast.Call) and _names_signature(decorator))
        return True if name in _TRANSPARENT else False if name in _OPAQUE else None
    if not isinstance(value, FunctionValue) or isinstance(value.node, ast.Lambda):
        return None
    decorates = _inside(value.node, _levels(decorator) - 1)
    if decorates is not None and _gives_back(decorates):
        return True
    made = _inside(value.node, _levels(decorator))
    return None if made is None else made.args.kwarg is not None or parameter(made, "training") is not None


def _gives_back(decorator: FunctionDef) -> bool:
    """Whether a decorator returns the function that it is given."""
    given = decorator.args.args[0].arg if decorator.args.args else None
    returned = list(_returns(decorator.body))
    return bool(returned) and all(isinstance(one.value, ast.Name) and one.value.id == given for one in returned)


def _value(decorator: ast.expr, method: Method) -> Value | None:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    found = members(method.owner.scope.evaluate(function))
    return found[0] if len(found) == 1 else None


def _levels(decorator: ast.expr) -> int:
    """How many functions deep the wrapper is defined: `@logged` or `@logged("name")`."""
    return 2 if isinstance(decorator, ast.Call) else 1


def _wrapper(decorator: Value | None, levels: int, unwraps: bool) -> FunctionDef | None:
    """The function that a decorator returns, when it is a plain one that it defines."""
    if not isinstance(decorator, FunctionValue) or isinstance(decorator.node, ast.Lambda):
        return None
    if decorator.node.decorator_list or any(_keeps_signature(node, unwraps) for node in nodes_in(decorator.node)):
        return None
    return _inside(decorator.node, levels)


def _inside(function: FunctionDef, levels: int) -> FunctionDef | None:
    """The function that one returns, or that the one returns that it returns, and so on."""
    found: FunctionDef | None = function
    for _ in range(levels):
        found = _returned(found) if found is not None else None
    return found


def _keeps_signature(node: ast.AST, unwraps: bool) -> bool:
    """Whether something is done that may give the wrapper the signature of what it wraps."""
    name = last_name(node)
    if "wrap" in name.replace("wrapper", "").lower() or name == "update_wrapper":
        return unwraps
    return name in ("make_decorator", "__signature__")


def _returned(function: FunctionDef) -> FunctionDef | None:
    """The inner function that every `return` gives back as it is."""
    inner = {one.name: one for one in function.body if isinstance(one, FunctionDef)}
    returned = {ast.unparse(one.value) if one.value is not None else "" for one in _returns(function.body)}
    name = returned.pop() if len(returned) == 1 else ""
    made = inner.get(name)
    return None if made is None or any("wraps" not in ast.unparse(one) for one in made.decorator_list) else made


def _returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    for statement in body:
        if isinstance(statement, ast.Return):
            yield statement
        elif not isinstance(statement, (FunctionDef, ast.ClassDef)):
            yield from (one for one in nodes_in(statement) if isinstance(one, ast.Return))


def _speaks_of_training(function: FunctionDef) -> bool:
    """Whether the flag is passed or looked up by name."""
    return any(
        (isinstance(node, ast.keyword) and node.arg == "training")
        or (isinstance(node, ast.Constant) and node.value == "training")
        for node in nodes_in(function)
    )
