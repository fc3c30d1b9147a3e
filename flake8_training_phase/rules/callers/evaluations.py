"""Functions that evaluate a model and run it with `training=True`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.values import Instance, Value, members
from flake8_training_phase.analysis.entries.outer_calls import calls_outside
from flake8_training_phase.analysis.phase.dependence import Dependence, dependence
from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.analysis.syntax.definitions import Definitions, FunctionScope, called_name, calls_in
from flake8_training_phase.analysis.syntax.name_flow import Needed
from flake8_training_phase.analysis.syntax.names import names_read
from flake8_training_phase.analysis.syntax.reaching import reached
from flake8_training_phase.analysis.syntax.walking import nodes_in, parents_of
from flake8_training_phase.keras.catalogue import KerasLayer

_EVALUATION = r"val|valid|validate|validation|test|testing|eval|evaluate|evaluation"
_EVALUATES = re.compile(rf"(^|_)({_EVALUATION}|predict|prediction|infer|inference)(_|\d|$)", re.IGNORECASE)
"""What functions that evaluate are called."""
_METRIC = re.compile(rf"(^|[_.])({_EVALUATION})_\w*(loss|acc|metric|error|mae|mse|auc|iou|score)", re.IGNORECASE)
"""Metrics of an evaluation: `val_loss(…)`, `test_accuracy.update_state(…)`."""
_MEANT = re.compile(
    r"(^|_)(mc|monte|carlo|ensemble|bayes\w*|uncertain\w*|dropout|sampl\w*|stochastic|adversar\w*|attack\w*|varianc\w*"
    r"|augment\w*|generat\w*|calibrat\w*)(_|$)|gan(_|$)",
    re.IGNORECASE,
)
"""Functions, parameters and models that say that training mode is meant."""
_TRAINS = re.compile(r"(^|_)train", re.IGNORECASE)
_UPDATES = frozenset({"apply_gradients", "minimize", "train_on_batch", "fit", "backward", "gradient"})
_SPREADS = frozenset({"stack", "std", "var", "reduce_std", "reduce_variance", "nanstd"})
"""Evaluations of several passes through a model."""
_TEST_FILE = re.compile(r"(^|[\\/])(test_[^\\/]*|[^\\/]*_test|conftest)\.py$|[\\/]tests?[\\/]")
_LIKE_A_MODEL = re.compile(r"model|net|encoder|decoder|classifier", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One call of a model in training mode, where it is evaluated."""

    node: ast.Call
    flag: ast.Constant
    function: str
    is_known: bool
    """The model surely behaves differently in training."""


def evaluations_in_training(module: CheckedModule) -> Iterator[Evaluation]:
    """Those of the functions of a module, and of the methods of classes that are no layers."""
    if _TEST_FILE.search(str(module.module.path)):
        return
    layers = {layer_class.cls.node for layer_class in module.layer_classes}
    definitions = Definitions(module.tree)
    trained = _called_by_steps(definitions.units)
    parents = parents_of(module.tree)
    found: dict[ast.Call, tuple[ast.Constant, str]] = {}
    for unit in definitions.units:
        name = unit.name
        if name is None or unit.cls in layers or name in trained or not _may_evaluate(unit):
            continue
        calls = {call: flag for call, flag in _in_training(unit) if not _is_meant(call, unit, parents)}
        if calls and not _EVALUATES.search(name):
            given = _given_to_metrics(unit, definitions)
            calls = {call: flag for call, flag in calls.items() if definitions.flow(unit).is_needed(call, given)}
        found |= {call: (flag, name) for call, flag in calls.items()}
    yield from _of_models(module, found)


def _of_models(module: CheckedModule, found: Mapping[ast.Call, tuple[ast.Constant, str]]) -> Iterator[Evaluation]:
    receivers: dict[ast.Call, list[Value]] = {call: [] for call in found}
    for run in calls_outside(module, found.keys()):
        if not run.symbolic:
            receivers[run.node].append(run.receiver)
    for call, (flag, name) in found.items():
        known = [one for value in receivers[call] for one in members(value) if isinstance(one, Instance)]
        depends = [dependence(one) for one in known]
        if Dependence.YES in depends:
            yield Evaluation(call, flag, name, is_known=True)
        elif all(map(_is_any_model, known)) and _LIKE_A_MODEL.search(ast.unparse(call.func)):
            yield Evaluation(call, flag, name, is_known=False)


def _is_any_model(instance: Instance) -> bool:
    """Whether nothing more is known of an object than that it is a model: a parameter is annotated so."""
    return isinstance(instance.type, KerasLayer) and instance.type.name == "Model"


def _may_evaluate(unit: FunctionScope) -> bool:
    """Whether a function updates nothing, and does not say that it means something else."""
    names = [unit.name or "", *(one.name for one in unit.around if not isinstance(one, ast.Module))]
    if (
        any(map(_MEANT.search, names))
        or _TRAINS.search(unit.name or "")
        or (unit.cls is not None and "Test" in unit.cls.name)
    ):
        return False
    if _called(unit) & (_UPDATES | _SPREADS) or any(isinstance(one, ast.Assert) for one in unit.nodes):
        return False
    if _uses_tape(unit):
        return False
    if isinstance(unit.node, ast.Module):
        return False
    arguments = [one.arg for one in (*unit.node.args.posonlyargs, *unit.node.args.args, *unit.node.args.kwonlyargs)]
    # A function without parameters that is named `test_…` is a test.
    return any(one != "self" for one in arguments) and not any(map(_MEANT.search, arguments))


def _in_training(unit: FunctionScope) -> Iterator[tuple[ast.Call, ast.Constant]]:
    """The calls that pass `training=True`, each with the flag."""
    for call in unit.calls():
        flag = next((one.value for one in call.keywords if one.arg == "training"), None)
        if isinstance(flag, ast.Constant) and flag.value is True:
            yield call, flag


def _given_to_metrics(unit: FunctionScope, definitions: Definitions) -> Needed:
    """What the metrics of an evaluation are given."""
    metrics = (one for one in unit.calls() if _METRIC.search(ast.unparse(one.func)))
    return definitions.flow(unit).needed_by(metrics)


def _is_meant(call: ast.Call, unit: FunctionScope, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether a model is run several times on the same input, or is one whose training mode is part of it."""
    if _MEANT.search(ast.unparse(call.func).replace(".", "_")):
        return True
    around = parents.get(call)
    while around is not None and around is not unit.node:
        if isinstance(around, ast.For) and _counts(around.iter):
            return True
        if isinstance(around, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            if any(_counts(one.iter) for one in around.generators):
                return True
        if isinstance(around, (ast.Lambda, ast.While)):
            return True
        around = parents.get(around)
    return False


def _counts(iterated: ast.expr) -> bool:
    return isinstance(iterated, ast.Call) and called_name(iterated) in ("range", "trange")


def _called_by_steps(units: tuple[FunctionScope, ...]) -> set[str]:
    """The functions that are run where a model is trained, however deep, or several times in a comprehension."""
    found: set[str] = set()
    called_by: dict[str | None, set[str]] = {}
    for unit in units:
        called_by.setdefault(unit.name, set()).update(_called(unit))
        found.update(_called_in_step(unit))
        for node in unit.nodes:
            if isinstance(node, (ast.ListComp, ast.GeneratorExp)) and any(_counts(one.iter) for one in node.generators):
                found.update(called_name(one) for one in nodes_in(node.elt) if isinstance(one, ast.Call))
    return reached(found, lambda name: called_by.get(name, ()))


def _called_in_step(unit: FunctionScope) -> Iterator[str]:
    """What a function runs under its gradient tapes; one that minimizes a loss without a tape is a step as a whole."""
    for node in unit.nodes:
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(_is_tape(item.context_expr) for item in node.items):
            yield from (called_name(call) for statement in node.body for call in calls_in(statement))
    if not _called(unit).isdisjoint(("minimize", "value_and_grad")):
        yield from _called(unit)


def _uses_tape(unit: FunctionScope) -> bool:
    """Whether a function has a tape that it uses, or hands to others; one that was left from a copied training step
    does nothing.
    """
    made = [one for one in unit.nodes if isinstance(one, ast.Call) and _is_tape(one)]
    opened = [item for node in unit.nodes if isinstance(node, (ast.With, ast.AsyncWith)) for item in node.items]
    tapes = [item for item in opened if _is_tape(item.context_expr)]
    if len(tapes) < len(made) or any(not isinstance(one.optional_vars, (ast.Name, type(None))) for one in tapes):
        return True
    names = {one.optional_vars.id for one in tapes if isinstance(one.optional_vars, ast.Name)}
    return not names.isdisjoint(names_read(unit.node))


def _is_tape(opened: ast.expr) -> bool:
    return isinstance(opened, ast.Call) and called_name(opened) == "GradientTape"


def _called(unit: FunctionScope) -> set[str]:
    return {called_name(call) for call in unit.calls()}
