"""KTP103 misnamed-training."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.domain.arguments import FunctionNode, defaults, parameter_names
from flake8_training_phase.analysis.domain.events import Inlined, LayerCall
from flake8_training_phase.analysis.domain.values import Constant, Instance, members
from flake8_training_phase.analysis.entries.own_loops import loop_call
from flake8_training_phase.analysis.phase.results import Subject
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass, concerned, majors
from flake8_training_phase.analysis.queries.class_call_sites import call_sites, call_sites_elsewhere
from flake8_training_phase.analysis.queries.hosts import is_only_made_in_hosts
from flake8_training_phase.analysis.queries.layer_calls import reaches_phase, shows_flag
from flake8_training_phase.analysis.queries.unfilled_parameters import deciding_parameters, second_flags
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import Change, FixPlan, RenameKeyword, RenameParameter, Replace
from flake8_training_phase.keras.misnamed import AMBIGUOUS
from flake8_training_phase.rules.rule import Rule, Violation
from flake8_training_phase.rules.signature.renamed_flag import (
    calls_naming,
    described,
    flag_sites,
    named_elsewhere,
    of_super,
    passed_elsewhere,
    takes_by_itself,
)


class MisnamedTraining(Rule):
    """`call` takes the flag under another name than `training`, and Keras never passes it.

    ## What it does

    Reports a `call` with a parameter such as `is_training`, `train` or `mode`, and none named `training`, when that
    parameter decides what a mode-dependent layer is given or which branch is taken. In a model, layers called without a
    flag count too when the parameter is passed to others: `fit()` cannot reach them. A layer whose parameter has no
    default is reported when it is called with `training`, which raises.

    In a model also a text, `call(self, x, mode="train")` with `training=(mode == "train")` or with an
    `if mode == "train":` around a layer that receives True or a function that drops, or the member of an `Enum` in its
    place; the opposite of the flag where `call` takes no `training`, `training=not deterministic`; and a second flag
    beside `training` that a layer receives instead of it. When the parameter only reaches something unknown, as its
    `training`, the finding is *fragile*. It is also *fragile* where the code that runs the model passes the parameter:
    the layers that hold it, or a training step of your own, with no `fit()` near; and for a layer whose parameter is
    passed by a file that imports it.

    ## What Keras does

    Keras 2 and Keras 3 look for a parameter that is literally named `training`. Another name is an argument like any
    other: it has its default in `fit()` and in `predict()`. With `False` the layers never train in any version of
    Keras, with `True` they always do, with `None` Keras 2 falls back to the call context while Keras 3 runs in
    inference mode.

    ## Example

    ```python
    def call(self, x, is_training=False):
        return self.dropout(x, training=is_training)
    ```

    Use instead:

    ```python
    def call(self, x, training=False):
        return self.dropout(x, training=training)
    ```

    ## Fix safety

    Unsafe: the parameter is renamed in the signature, in the body, and in the calls of this module, wherever they are;
    a call in another module that passes the old name would break. Calls in this module with such a name and an unknown
    callee are listed in the text of the fix. No fix is offered where one call may also be of another class that keeps
    the name, and where another file has it: one that imports this one and passes it, or that of a parent or subclass
    whose `call` takes it. The message then names that file. Under the new name its default takes effect too: a False
    switches off augmentation inside the layer where that is called outside of a model, in `Dataset.map`. And so does
    what was passed as `training` before and reached nothing: `block(x, training=False)` freezes from then on what it
    names, and `block(x, training=True)` may leak to layers that receive no flag (KTP201), in `predict()` as well.

    ## References

    - Keras 3.15.1, `layers/layer.py:317`
    - Keras 2.15, `engine/base_layer.py:2626`
    - Measured: rows 4:is_training=None and 4:is_training=False in docs/what-happens-to-training.md
    """

    severity = Severity.BUG

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The signatures that hide the flag from Keras."""
        for layer_class in module.layer_classes:
            yield from self._unfilled(layer_class)
            cls, argument = layer_class.cls, layer_class.misnamed_flag
            if argument is None or cls.call is None or cls.call.owner is not cls:
                continue
            name = argument.arg
            if _is_meant(layer_class, name):
                continue
            subjects = [event for event in layer_class.all_events if not isinstance(event, Inlined)]
            hit = [event for event in subjects if _takes(event, name) or _is_untold(layer_class, event, name)]
            wrong = [one for event in hit for one in layer_class.wrong(event)]
            keras, effect = majors(concerned(wrong)), None
            severity = Severity.FRAGILE if _is_passed(layer_class, name) else self.severity
            if not hit and (told := _told_unknown(layer_class, name)) is not None:
                keras, severity = _never_trained(argument, cls.call.node, layer_class.keras), Severity.FRAGILE
                effect = f", and `{told.name}` receives that as its `training`"
            if keras:
                elsewhere = named_elsewhere(layer_class, name)
                advice = f"Rename it to `training`{f', in `{elsewhere}` as well' if elsewhere else ''}"
                plan = _plan(layer_class, argument) if elsewhere is None else None
                message = f"{_what_happens(layer_class, name, effect)}. {advice}"
                yield self.problem(argument, message, keras, plan, severity=severity)

    def _unfilled(self, layer_class: LayerClass) -> Iterator[Violation]:
        """The parameters beside the flag, or in its place, that decide it."""
        for found in (*deciding_parameters(layer_class), *second_flags(layer_class)):
            name = found.argument.arg
            keras = tuple(one for one in layer_class.keras if found.flag is not None or one == 3)
            is_second_flag = bool(found.calls)
            if not keras or not (is_second_flag or _is_given_by_nobody(layer_class, found.argument.arg)):
                continue
            mode = "training" if found.flag else "inference"
            message = (
                f"{found.subject} always runs in {mode} mode: Keras never passes `{name}` of "
                f"`{layer_class.name}.call`, so it stays `{ast.unparse(found.default)}`. Use `training`"
            )
            yield self.problem(found.argument, message, keras)


def _is_given_by_nobody(layer_class: LayerClass, name: str) -> bool:
    """Whether nothing fills a parameter beside the flag: of a model, as Keras runs it, and of a layer that is only made
    in others, whose calls give less.
    """
    cls = layer_class.cls
    if cls.is_model:
        return True
    if layer_class.call is None or not is_only_made_in_hosts(cls):
        return False
    names = parameter_names(layer_class.call)[1:]
    sites = [*call_sites(layer_class), *call_sites_elsewhere(cls)]
    return bool(sites) and not any(_may_give(site.call.node, name, names) for site in sites)


def _may_give(call: ast.Call, name: str, by_position: list[str]) -> bool:
    """Whether a call may fill a parameter of a function that takes such names by position."""
    if any(isinstance(one, ast.Starred) for one in call.args) or name in by_position[: len(call.args)]:
        return True
    return any(one.arg in (name, None) for one in call.keywords)


def _told_unknown(layer_class: LayerClass, name: str) -> LayerCall | None:
    """The first call that gives the parameter, as `training`, to something that is not known, or may be: a layer that
    the constructor is given, `head or Dense(4)`.
    """
    for event in layer_class.layer_calls:
        known = all(isinstance(one, (Instance, Constant)) for one in members(event.receiver))
        if event.flag.parameter == name and event.flag.name == "training" and not known:
            return event
    return None


def _never_trained(argument: ast.arg, call: FunctionNode, keras: tuple[int, ...]) -> tuple[int, ...]:
    """The versions of Keras in which a default decides: in Keras 2 a None falls back to the call context."""
    default = dict(defaults(call)).get(argument.arg)
    is_none = isinstance(default, ast.Constant) and default.value is None
    return tuple(one for one in keras if one == 3 or not is_none)


def _takes(event: Subject, name: str) -> bool:
    """Whether the parameter decides what runs here."""
    return shows_flag(event, name) and (not isinstance(event, LayerCall) or reaches_phase(event))


def _is_untold(layer_class: LayerClass, event: Subject, name: str) -> bool:
    """Whether a layer depends on the context: it is empty in a model to which `fit` passes nothing, and holds the
    parameter where that was given to a layer before.
    """
    if not isinstance(event, LayerCall) or not event.flag.absent or not reaches_phase(event):
        return False
    writers = (one.received.writer for one in layer_class.poisoned(event))
    return layer_class.cls.is_model or any(one is not None and one.flag.parameter == name for one in writers)


def _is_meant(layer_class: LayerClass, name: str) -> bool:
    """Whether the flag reaches it under its own name: every caller has to pass it, or a call of the module names it."""
    if layer_class.cls.is_model and "train_step" not in layer_class.cls.methods:
        return False
    if not layer_class.cls.is_model and name not in layer_class.call_defaults:
        return not any(_keywords(layer_class, "training"))
    naming = [one for one in calls_naming(layer_class.module, name) if not of_super(one)]
    return bool(naming) and not {*_calls_of_parents(layer_class)}.issuperset(naming)


def _calls_of_parents(layer_class: LayerClass) -> Iterator[ast.Call]:
    """The calls in this module of layers that a class is derived from: what they are given says nothing of it."""
    parents = layer_class.cls.mro[1:]
    for other in layer_class.module.layer_classes:
        for call in other.layer_calls:
            if all(isinstance(one, Instance) and one.type in parents for one in members(call.receiver)):
                yield call.node


def _is_passed(layer_class: LayerClass, name: str) -> bool:
    """Whether a class receives the parameter from the code that runs it: a layer from another file, a model from the
    layers that hold it, or from a training step of the project's own, where nothing is fitted.
    """
    cls = layer_class.cls
    default = layer_class.call_defaults.get(name)
    if not cls.is_model:
        return passed_elsewhere(layer_class, name)
    if isinstance(default, ast.Constant) and default.value is True:
        return False
    if is_only_made_in_hosts(cls):
        sites = list(call_sites(layer_class)) or list(call_sites_elsewhere(cls))
        return bool(sites) and not any(site.call.flag.absent for site in sites)
    loop = loop_call(layer_class)
    return loop is not None and not loop.call.flag.absent


def _what_happens(layer_class: LayerClass, name: str, effect: str | None) -> str:
    if not layer_class.cls.is_model and name not in layer_class.call_defaults:
        return f"`{layer_class.name}.call` takes `{name}`, but is called with `training`, which raises"
    default = layer_class.call_defaults.get(name)
    state = "it is missing" if default is None else f"it stays `{ast.unparse(default)}`"
    if effect is None:
        is_model = layer_class.cls.is_model
        effect = " in `fit()` and `predict()`" if is_model else " unless it is passed by that name"
    return f"`{layer_class.name}.call` takes `{name}`, which Keras never passes: {state}{effect}"


def _plan(layer_class: LayerClass, argument: ast.arg) -> FixPlan | None:
    name = argument.arg
    names = [node for node in layer_class.call_nodes if isinstance(node, ast.Name)]
    parameters = [node for node in layer_class.call_nodes if isinstance(node, ast.arg) and node is not argument]
    shadowed = any(node.arg == name for node in parameters)
    if name in AMBIGUOUS or shadowed or any(node.id == "training" for node in names):
        return None
    sites = flag_sites(layer_class.module, layer_class.cls, name)
    if sites.shared or takes_by_itself(layer_class, name):
        return None
    changes: list[Change] = [RenameParameter(argument, "training")]
    changes += [Replace(node, "training") for node in names if node.id == name]
    changes += [RenameKeyword(keyword, "training") for keyword in sites.keywords]
    changes += [Replace(key, '"training"') for key in sites.keys]
    what = f"Rename `{name}` to `training`, here and where this module passes it"
    caveat = "other files may pass it as well"
    if sites.unseen:
        caveat += f", and so may {described(sites.unseen)}"
    return FixPlan(what, tuple(dict.fromkeys(changes)), caveat)


def _keywords(layer_class: LayerClass, name: str) -> Iterator[ast.keyword]:
    """The keyword arguments by which layers of this class are given the flag in this module."""
    for other in layer_class.module.layer_classes:
        for call in other.layer_calls:
            if any(isinstance(one, Instance) and one.type is layer_class.cls for one in members(call.receiver)):
                yield from (keyword for keyword in call.node.keywords if keyword.arg == name)


RULE = MisnamedTraining()
