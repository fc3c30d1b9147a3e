"""Functions that drop, and dropout written by hand: a random mask that is multiplied into what a function is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator

from flake8_training_phase.analysis.domain.arguments import FunctionNode, parameter_names
from flake8_training_phase.analysis.queries.checked_module import LayerClass
from flake8_training_phase.analysis.queries.flag_taint import FlagTaint
from flake8_training_phase.analysis.queries.functional_calls import FunctionalCall, guarded_calls, unguarded_calls
from flake8_training_phase.analysis.syntax.definitions import called_name
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras.names import is_backend_function, keras_path

_TENSORFLOW_DROPOUT = re.compile(
    r"tensorflow(\.compat\.v[12])?\.nn\.(dropout|experimental\.(stateless|general)_dropout)"
    r"|tensorflow\.python\.ops\.nn(_ops)?\.dropout(_v2)?"
)
_TENSORFLOW_RANDOM = re.compile(
    r"tensorflow(\.compat\.v[12])?\.(random\.(experimental\.)?(stateless_|Generator\.)?|random_)(uniform|binomial)"
)
_KINDS = "uniform|normal|truncated_normal|beta|gamma|poisson|binomial|bernoulli|categorical|randint|shuffle"
_ANY_RANDOM = re.compile(
    rf"tensorflow(\.compat\.v[12])?\.((random\.(experimental\.)?(stateless_|Generator\.)?|random_)({_KINDS})"
    r"|image\.(stateless_)?random_\w+)"
)
_KERAS_RANDOM = re.compile(rf"(src\.)?random\.({_KINDS})|(src\.)?backend\.(random_({_KINDS})|truncated_normal)")
_MASKS = ("binomial", "bernoulli")
"""What gives zeros and ones, and not numbers that are compared with a rate."""
_COMPARISONS = frozenset({"floor", "less", "less_equal", "greater", "greater_equal"})
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_NO_INPUT = frozenset({"shape", "int_shape", "rank", "ndim", "size", "zeros_like", "ones_like", "len", "dtype"})
"""What only asks an input what it looks like."""


def is_dropout(path: str) -> bool:
    """Whether a dotted name is a function that drops whenever it is called."""
    found = keras_path(path)
    in_keras = found is not None and found[0] in ("random.dropout", "src.random.dropout")
    return in_keras or is_backend_function(path, "dropout") or _TENSORFLOW_DROPOUT.fullmatch(path) is not None


def dropouts_by_hand(layer_class: LayerClass) -> Iterator[FunctionalCall]:
    """The random masks that a layer's `call` multiplies into its input in every phase."""
    for call in unguarded_calls(layer_class, is_random):
        products = _products(call)
        taint = FlagTaint(call.function)
        if products and not any(taint.guards(one) for one in products):
            yield call


def dropouts_by_phase(layer_class: LayerClass) -> Iterator[FunctionalCall]:
    """What drops in `call` where the phase decides about it: dropout functions, and dropout written by hand."""
    yield from guarded_calls(layer_class, is_dropout)
    yield from (call for call in guarded_calls(layer_class, is_random) if _products(call))


def drops_by_phase(layer_class: LayerClass) -> bool:
    """Whether the phase decides in `call` about a dropout function, or about dropout written by hand."""
    return any(True for _ in dropouts_by_phase(layer_class))


def drops(path: str) -> bool:
    """Whether a dotted name is a function that drops, or draws the numbers of which masks are made."""
    return is_dropout(path) or is_random(path)


def draws(path: str) -> bool:
    """Whether a dotted name is a function that drops, or does something else at random: adds noise, flips an image."""
    found = keras_path(path)
    in_keras = found is not None and _KERAS_RANDOM.fullmatch(found[0]) is not None
    return drops(path) or in_keras or _ANY_RANDOM.fullmatch(path) is not None


def is_random(path: str) -> bool:
    """Whether a dotted name is a function that draws the numbers of which masks are made."""
    found = keras_path(path)
    names = ("random.uniform", "random.binomial", "src.random.uniform", "src.random.binomial")
    if found is not None and found[0] in names:
        return True
    backend = ("random_uniform", "random_binomial", "random_bernoulli")
    return any(is_backend_function(path, name) for name in backend) or _TENSORFLOW_RANDOM.fullmatch(path) is not None


def _products(call: FunctionalCall) -> list[ast.AST]:
    """Where random numbers, made zeros and ones, are multiplied with what the function is given."""
    function = call.function
    if any(_is_integer(one) for one in call.node.keywords):
        return []
    if call.path.endswith(_MASKS):
        masks: set[ast.AST] = {call.node}
    else:
        random = _derived(function, {call.node})
        masks = {one for one in nodes_in(function) if _compares(one) and _holds(one, {call.node}, random)}
    if not masks:
        return []
    inputs = _input_names(function)
    mask_names = _mask_names(function, masks, inputs)
    inputs -= mask_names
    return [one for one in nodes_in(function) if _is_product(one, masks, mask_names, inputs)]


def _is_integer(keyword: ast.keyword) -> bool:
    """Whether numbers are drawn to choose among things: `dtype=tf.int32`."""
    return keyword.arg == "dtype" and "int" in ast.unparse(keyword.value)


def _compares(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return called_name(node) in _COMPARISONS
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], _ORDER)


def _is_product(node: ast.AST, masks: set[ast.AST], mask_names: set[str], inputs: set[str]) -> bool:
    """Whether a node is `x * mask`, `x *= mask`, `multiply(x, mask)`, `sparse.retain(x, mask)` or
    `where(mask, x, 0)`.
    """
    sides: tuple[ast.expr, ast.expr]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        sides = (node.left, node.right)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mult):
        sides = (node.target, node.value)
    elif isinstance(node, ast.Call) and called_name(node) in ("multiply", "retain") and len(node.args) >= 2:
        sides = (node.args[0], node.args[1])
    elif isinstance(node, ast.Call) and called_name(node) == "where" and len(node.args) == 3:
        chosen = [one for one in node.args[1:] if not _is_zero(one)]
        return len(chosen) == 1 and _holds(node.args[0], masks, mask_names) and _holds_input(chosen[0], inputs)
    else:
        return False
    return any(
        _holds(mask, masks, mask_names) and not _holds(other, masks, mask_names) and _holds_input(other, inputs)
        for mask, other in (sides, sides[::-1])
    )


def _is_zero(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return called_name(node) in ("zeros", "zeros_like") or any(map(_is_zero, node.args[:1]))
    return isinstance(node, ast.Constant) and node.value == 0 and not isinstance(node.value, bool)


def _input_names(function: FunctionNode) -> set[str]:
    """The names that hold what a function is given, or something made from it, its shape apart."""
    given = set(parameter_names(function)) - {"self"}
    return _grown(given, function, lambda node, value, found: _stored(node) if _holds_input(value, found) else set())


def _mask_names(function: FunctionNode, masks: set[ast.AST], inputs: set[str]) -> set[str]:
    """The names that are made from masks. An input that is masked stays an input: `x = x * mask`."""

    def made(node: ast.AST, value: ast.expr, found: set[str]) -> set[str]:
        if not _holds(value, masks, found):
            return set()
        return {one for one in _stored(node) if one not in inputs or not _is_masked(one, node, masks, found)}

    return _grown(set(), function, made)


def _is_masked(name: str, assignment: ast.AST, masks: set[ast.AST], mask_names: set[str]) -> bool:
    """Whether an assignment multiplies a mask into the name that it stores."""
    return any(_is_product(one, masks, mask_names, {name}) for one in nodes_in(assignment))


def _holds_input(node: ast.AST, inputs: Collection[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in inputs
    if isinstance(node, ast.Attribute) and node.attr in _NO_INPUT:
        return False
    if isinstance(node, ast.Call) and called_name(node) in _NO_INPUT:
        return False
    return any(_holds_input(one, inputs) for one in ast.iter_child_nodes(node))


def _derived(function: ast.AST, seeds: set[ast.AST]) -> set[str]:
    """The names that are made from some nodes."""
    return _grown(set(), function, lambda node, value, found: _stored(node) if _holds(value, seeds, found) else set())


def _grown(found: set[str], function: ast.AST, made: Callable[[ast.AST, ast.expr, set[str]], set[str]]) -> set[str]:
    """Some names, and those that the assignments of a function make of them, as `made` says of each, its value and the
    names that are known by then.
    """
    size = -1
    while size != len(found):
        size = len(found)
        for node, value in _assignments(function):
            found = found | made(node, value, found)
    return found


def _assignments(function: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """What gives names a value in a function, and the value."""
    for node in nodes_in(function):
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
            yield node, node.value
        elif isinstance(node, (ast.For, ast.comprehension)):
            yield node.target, node.iter


def _holds(node: ast.AST, seeds: Collection[ast.AST], names: Iterable[str]) -> bool:
    return any(one in seeds or (isinstance(one, ast.Name) and one.id in names) for one in nodes_in(node))


def _stored(node: ast.AST) -> set[str]:
    return {one.id for one in nodes_in(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
