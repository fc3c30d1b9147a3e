"""Functions from outside the checked code whose effect matters: containers, `partial`, `tf.cond` and the like."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from flake8_training_phase.analysis.domain.arguments import Arguments, arguments_of
from flake8_training_phase.analysis.domain.bindings import Import
from flake8_training_phase.analysis.domain.events import Branch, Event
from flake8_training_phase.analysis.domain.flags import unknown_phase
from flake8_training_phase.analysis.domain.frames import Frame
from flake8_training_phase.analysis.domain.name_patterns import ANY_NAME, after_format, is_pattern
from flake8_training_phase.analysis.domain.operations import joined_text
from flake8_training_phase.analysis.domain.values import (
    SIGNATURE_TEST,
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    Partial,
    PhaseValue,
    SuperValue,
    Value,
    each,
    join,
    key_of,
    members,
    text_of,
)
from flake8_training_phase.analysis.models import instance_tests, iteration, numbers
from flake8_training_phase.analysis.models.run import Run
from flake8_training_phase.keras import packages
from flake8_training_phase.keras.catalogue import DependsOn, KerasLayer, layers
from flake8_training_phase.keras.names import ALL, keras_path

FUNCTIONAL = layers()["Functional"]
_QUANTIZED = replace(FUNCTIONAL, name="quantization", depends_on=DependsOn.ALWAYS)
"""What `tensorflow_model_optimization` makes: in training its wrappers follow the ranges of what they quantize."""
_MODEL = layers()["Model"]

FROM_CONFIG = "keras.Layer.from_config"
"""The method that every layer has, called with its class and a dict."""
_SAME_PHASE = frozenset({"cast", "convert_to_tensor", "constant", "identity", "get_static_value"})
_WRAPPERS = frozenset({"function", "recompute_grad", "custom_gradient", "checkpoint", "remat", "jit", "wraps"})
_HANDED_OVER = ("func", "f", "fn", "fun", "function")
"""The names of the parameters by which functions take what they run or wrap."""
_MODELS_BY_NAME = frozenset(f"classification_models.{one}.Classifiers.get" for one in ("keras", "tfkeras"))
"""Functions of packages that are asked for a model by its name, under which the catalogue has it."""
_CHOOSING = frozenset({"where", "switch_case", "select"})
"""Functions that give one thing or another by what their first argument is."""
_BY_PHASE = frozenset({"in_train_phase", "in_test_phase"})
"""Functions of Keras 2 that do so by the flag that they are given."""
_BY_PHASE_TAKES = ("x", "alt", "training")
_QUANTIZING = frozenset({"quantize_model", "quantize_apply"})
_MAPPING = frozenset({"map_fn", "vectorized_map", "map_structure", "tree_map"})
_CONDITIONS = frozenset({"cond", "smart_cond"})


def call(run: Run, path: str, arguments: Arguments, node: ast.Call, frame: Frame) -> Value:
    """Call a function from outside the checked code."""
    root, _, name = path.rpartition(".")
    known = _BUILTINS.get(name) if root == "builtins" else None
    if known is not None:
        return known(run, arguments, frame)
    if path == "functools.partial" and arguments.positional:
        return Partial(arguments.positional[0], arguments.positional[1:], dict(arguments.keywords))
    if path == FROM_CONFIG and len(arguments.positional) == 2:
        return _made_from(run, *arguments.positional, node, frame)
    if name == "deserialize" and keras_path(root) is not None and arguments.positional:
        return _deserialized(run, arguments.positional[0], node, frame)
    if name in _CONDITIONS and root != "builtins":
        return _condition(run, arguments, frame)
    first = arguments.first
    if name == "clone_model" and keras_path(path) is not None:
        return _copy(run, arguments, frame)
    if name in _WRAPPERS:
        wrapped = _handed_over(arguments)
        if all(isinstance(one, (FunctionValue, Instance, Partial)) for one in members(wrapped)):
            return wrapped
    if isinstance(first, PhaseValue) and first.parameter is not None and name in _CHOOSING:
        run.phase_used(node.args[0], frame)
    if name == "linspace" and [one for one in arguments.positional[:2] if one == Constant(0.0)] == [Constant(0.0)] * 2:
        return Container((Constant(0.0),))  # Rates from zero to zero: none of them drops.
    if path in _GENERATORS:
        return External(GENERATOR)
    if path in _OF_LIBRARY:
        return _OF_LIBRARY[path](run, arguments, frame)
    if path in _MODELS_BY_NAME:
        return _model_by_name(path, arguments)
    if name in _BY_PHASE:
        told = arguments.by_name(_BY_PHASE_TAKES).get("training")
        if isinstance(told, PhaseValue) and told.parameter is not None:
            run.phase_used(node, frame)
    if isinstance(first, PhaseValue) and name in _SAME_PHASE:
        return first
    if "has_arg" in name:
        return SIGNATURE_TEST
    if _gives_application(path):
        return Instance(FUNCTIONAL, ALL, {}, has_hidden_arguments=True)
    if name in _QUANTIZING and arguments.positional:
        return Instance(_QUANTIZED, frozenset({2}))
    if path.endswith(".from_pretrained"):
        return Instance(_MODEL, ALL, {}, has_hidden_arguments=True)
    if _maps(path):
        _map_layer(run, arguments, frame)
    run.run_callables(arguments, frame)
    given = (*arguments.positional, *arguments.keywords.values())
    phase = next((value for value in given if isinstance(value, PhaseValue)), None)
    return UNKNOWN if phase is None else unknown_phase(phase.parameter)


def _model_by_name(path: str, arguments: Arguments) -> Value:
    """What makes a model of a package, and what prepares its inputs: `Classifiers.get("resnet18")`."""
    found = packages.find(f"{path}.{text_of(arguments.first)}")
    return UNKNOWN if found is None else Container((ClassValue(found.layer, found.generations), UNKNOWN))


def _handed_over(arguments: Arguments) -> Value:
    """What a function is given to run or to wrap."""
    return next((arguments.keywords[one] for one in _HANDED_OVER if one in arguments.keywords), arguments.first)


def _maps(path: str) -> bool:
    """Whether a function runs what it is given on each of many tensors: `tf.map_fn`, `tree.map_structure`."""
    root, _, name = path.rpartition(".")
    is_known = path.partition(".")[0] in ("tensorflow", "jax", "tree", "optree") or keras_path(path) is not None
    return is_known and (name in _MAPPING or (name == "map" and root.rpartition(".")[2] in ("ops", "lax", "tree")))


def _map_layer(run: Run, arguments: Arguments, frame: Frame) -> None:
    """Run the layer that such a function is given, or what is imported."""
    given = _handed_over(arguments)
    found = [one for one in members(given) if isinstance(one, (Instance, External))]
    if found:
        run.in_loop(join(found), frame, arguments=arguments_of((UNKNOWN,), iteration.named(given, arguments)))


def _made_from(run: Run, cls: Value, config: Value, node: ast.Call, frame: Frame) -> Value:
    """What `Dropout.from_config({"rate": 0.5})` makes."""
    known = isinstance(config, Container) and config.all_named
    named = {str(key): value for key, value in config.pairs_by_key} if isinstance(config, Container) and known else {}
    return run.apply(cls, Arguments(node, (), named, starred=False, hidden=not known), node, frame)


def _deserialized(run: Run, saved: Value, node: ast.Call, frame: Frame) -> Value:
    """What `keras.layers.deserialize({"class_name": "Dropout", "config": {"rate": 0.5}})` makes."""
    name = text_of(saved.get("class_name")) if isinstance(saved, Container) else None
    if name is None or not isinstance(saved, Container):
        return UNKNOWN
    return _made_from(run, frame.scope.external(f"keras.layers.{name}"), saved.get("config"), node, frame)


def _gives_application(path: str) -> bool:
    """Whether a function gives a functional model of which nothing more is known: `keras.applications.ResNet50(…)`."""
    found = keras_path(path)
    if found is None:
        return False
    area, _, name = found[0].partition("applications.")
    return area in ("", "api.", "src.") and name.rpartition(".")[2][:1].isupper()


def changed_items(items: Container, name: str, arguments: Arguments) -> Container | None:
    """A container after a method that changes it; None for any other method."""
    given = arguments.positional
    if name in ("append", "add", "appendleft") and given:
        return Container((*items.values, given[0]))
    if name == "insert" and len(given) > 1:
        index = given[0].value if isinstance(given[0], Constant) else None
        place = index if isinstance(index, int) else len(items.values)
        return Container((*items.values[:place], given[1], *items.values[place:]))
    if name in ("extend", "update") and given:
        more = given[0] if isinstance(given[0], Container) else Container((UNKNOWN,))
        return _joined(items, more)
    if name == "update":
        return _joined(items, Container(tuple(arguments.keywords.values()), tuple(arguments.keywords)))
    return None


def _joined(items: Container, more: Container) -> Container:
    """The items of two containers; in a dict the later ones stand for the earlier ones of the same key."""
    values, keys = items.values, items.keys or (None,) * len(items.values)
    if not items.keys and not more.keys:
        return Container((*values, *more.values))
    added = more.keys or (None,) * len(more.values)
    replaced = {key for key in added if key is not None and not is_pattern(key)}
    kept = [(key, value) for key, value in zip(keys, values, strict=True) if key not in replaced]
    kept += zip(added, more.values, strict=True)
    return Container(tuple(value for _, value in kept), tuple(key for key, _ in kept))


def items_method(items: Container, name: str, arguments: Arguments) -> Value:
    """What a method of a container gives."""
    if name == "items":
        return Container(items.values, items.keys, pairs=True)
    if name == "values":
        return Container(items.values)
    if name == "copy":
        return items
    if name in ("get", "pop", "setdefault"):
        index = arguments.first
        key = index.value if isinstance(index, Constant) else key_of(index)
        is_absent = isinstance(key, str) and not is_pattern(key) and key not in items.keys
        if is_absent and items.keys and items.all_named:
            return arguments.positional[1] if len(arguments.positional) > 1 else Constant(None)
        return items.get(key)
    return UNKNOWN


def taken_item(items: Container, name: str, arguments: Arguments, surely: bool) -> tuple[Value, Container] | None:
    """What `pop` and `popleft` take from a list, and what is left in it; None for any other method.

    What is not taken `surely`, but perhaps, or in every round of a loop, is any element.
    """
    if items.keys or name not in ("pop", "popleft"):
        return None
    given = arguments.positional[0] if arguments.positional else Constant(0 if name == "popleft" else -1)
    place = given.value if isinstance(given, Constant) else None
    if not (surely and type(place) is int and -len(items.values) <= place < len(items.values)):
        return join(items.values), items
    place %= len(items.values)
    return items.values[place], replace(items, values=(*items.values[:place], *items.values[place + 1 :]))


_TEXT_METHODS = frozenset(
    (
        *("capitalize", "casefold", "endswith", "lower", "lstrip", "removeprefix", "removesuffix", "replace"),
        *("rstrip", "startswith", "strip", "title", "upper"),
    )
)


def text_method(text: Value, name: str, arguments: Arguments) -> Value | None:
    """What a method of a known text gives: `norm.lower()`; None for any other value or method."""
    if name == "format" and (template := text_of(text)) is not None:
        return joined_text((Constant(after_format(template)),))
    if name not in _TEXT_METHODS or not isinstance(text, Constant) or not isinstance(text.value, str):
        return None
    given = [one.value for one in arguments.positional if isinstance(one, Constant)]
    is_incomplete = arguments.keywords or arguments.hidden or arguments.starred
    if is_incomplete or len(given) < len(arguments.positional):
        return None
    try:
        return Constant(getattr(text.value, name)(*given))
    except TypeError:
        return None


def flattened(values: Iterable[Value]) -> Iterable[Value]:
    """The layers among some values, those inside containers included."""
    for value in values:
        for one in members(value):
            if isinstance(one, Container):
                yield from flattened(one.values)
            elif isinstance(one, (Instance, FunctionValue)):
                yield one


def held_instances(values: Iterable[Value]) -> Iterable[Instance]:
    """The objects among some values, those inside containers included."""
    return (one for one in flattened(values) if isinstance(one, Instance))


def layers_among(values: Collection[Value]) -> Container:
    """The layers that Keras finds among the values of attributes, where something unknown may be one too."""
    layers = dict.fromkeys(one for one in held_instances(values) if one.type.is_layer)
    return Container(tuple(layers), open=any(UNKNOWN in members(value) for value in values))


def call_parameters(value: Value) -> tuple[str, ...]:
    """The positional parameters of a layer's `call`, in Keras 3 where the generations differ."""
    if not isinstance(value, Instance):
        return ()
    if isinstance(value.type, KerasLayer):
        return value.type.signature(3).parameters
    return value.type.call_parameters()


def _condition(run: Run, arguments: Arguments, frame: Frame) -> Value:
    given = arguments.by_name(("pred", "true_fn", "false_fn"))
    test = arguments.node.args[0] if arguments.node.args else arguments.node
    lanes_true, lanes_false = run.decide(test, given.get("pred", UNKNOWN), frame)
    ways: list[list[Event]] = []
    results: list[Value] = []
    for name, lanes in (("true_fn", lanes_true), ("false_fn", lanes_false)):
        outer, run.events = run.events, []
        results.append(run.in_loop(given.get(name, UNKNOWN), frame, lanes))
        ways.append(run.events)
        run.events = outer
    if any(ways):
        run.events.append(Branch(ways))
    return join(results)


def _super(run: Run, arguments: Arguments, frame: Frame) -> Value:
    if frame.owner is None or frame.bound_to is None:
        return UNKNOWN
    return SuperValue(frame.owner, frame.bound_to)


def _getattr(run: Run, arguments: Arguments, frame: Frame) -> Value:
    if len(arguments.positional) < 2:
        return UNKNOWN
    base, name, *default = arguments.positional
    found = [run.attribute(one, key_of(name) or ANY_NAME, frame) for one in members(base)]
    if default and isinstance(default[0], Container):
        # Nothing that is known has the attribute, and Keras keeps no container to be filled under such a name.
        found = [default[0] if one is UNKNOWN else one for one in found]
    return join(found)


def _undecorated(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """The function of `activation = staticmethod(tf.nn.relu)`."""
    return arguments.first


def _setattr(run: Run, arguments: Arguments, frame: Frame) -> Value:
    if len(arguments.positional) == 3:
        base, name, value = arguments.positional
        run.set_attribute(base, key_of(name) or ANY_NAME, value)
    return Constant(None)


def _dict(run: Run, arguments: Arguments, frame: Frame) -> Value:
    if arguments.positional and isinstance(arguments.positional[0], Container):
        given = arguments.positional[0]
        pairs = [one.values for one in given.values if isinstance(one, Container) and len(one.values) == 2]
        return Container(tuple(value for _, value in pairs), tuple(key_of(key) for key, _ in pairs)) if pairs else given
    keywords = arguments.keywords
    return UNKNOWN if arguments.hidden else Container(tuple(keywords.values()), tuple(keywords))


def _default_dict(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """A dict that holds a new list under every key: `defaultdict(list)`."""
    of_lists = arguments.positional[:1] == (External("builtins.list"),)
    return Container((Container(()),), (None,)) if of_lists else UNKNOWN


def _imported(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """The module that `importlib.import_module("pkg.net")` gives, where its name is written there."""
    given = arguments.by_name(("name", "package"))
    name, package = text_of(given.get("name", UNKNOWN)), text_of(given.get("package", UNKNOWN))
    if not name:
        return UNKNOWN
    path = name.lstrip(".")
    level = len(name) - len(path)
    if level and package:
        above = package.split(".")
        path, level = ".".join((*above[: len(above) + 1 - level], path)), 0
    return frame.scope.imported(path.partition(".")[0], Import(path, level)) if path else UNKNOWN


def _field(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """The default of a field of a dataclass."""
    if "default_factory" in arguments.keywords:
        return run.in_loop(arguments.keywords["default_factory"], frame, arguments=arguments_of())
    return arguments.keywords.get("default", UNKNOWN)


def _copy(run: Run, arguments: Arguments, frame: Frame) -> Value:
    """A copy of a layer is another one that does the same."""
    first = arguments.first
    return each(first, lambda one: replace(one) if isinstance(one, Instance) else one)


_BUILTINS: dict[str, Callable[[Run, Arguments, Frame], Value]] = {
    "super": _super,
    "getattr": _getattr,
    "setattr": _setattr,
    "dict": _dict,
    "staticmethod": _undecorated,
    **instance_tests.BUILTINS,
    **iteration.BUILTINS,
    **numbers.BUILTINS,
}

GENERATOR = "tensorflow.random.Generator"
"""The dotted name that an object with random numbers of its own has, whatever made it."""
_FROM = ("seed", "state", "key_counter", "non_deterministic_state")
_GENERATORS = frozenset(
    f"tensorflow.{module}.{name}"
    for module in ("random", "random.experimental", "compat.v2.random", "compat.v1.random.experimental")
    for name in ("Generator", "get_global_generator", *(f"Generator.from_{one}" for one in _FROM))
)
_OF_LIBRARY: dict[str, Callable[[Run, Arguments, Frame], Value]] = {
    "argparse.Namespace": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "dataclasses.field": _field,
    "importlib.import_module": _imported,
    "types.SimpleNamespace": _dict,
    **iteration.OF_LIBRARY,
}
"""Functions of the standard library, by dotted name."""
