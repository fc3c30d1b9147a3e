"""What running a model may change, and how it is put back: the one owner of saved state."""

from __future__ import annotations

import functools
import random
import sys
import threading
import types
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

_CONTAINERS: tuple[Any, ...] = (OrderedDict, list, dict, set, deque, bytearray)
_LIBRARIES = sys.stdlib_module_names | {"keras", "tf_keras", "tensorflow", "jax", "jaxlib", "torch", "numpy"}
_LIBRARIES |= {"_pytest", "pytest", "pluggy", "wrapt", "flake8_training_phase"}
"""Their classes and functions hold no state of the user's; objects of the two Keras do."""

_STATEFUL = "tensorflow.python.ops.stateful_random_ops"
"""Where TensorFlow keeps `tf.random.get_global_generator()`."""

Undo = Callable[[], None]


@contextmanager
def put_back(*roots: Any) -> Iterator[None]:
    """Put everything that can be reached from some objects, and the random generators, back as it was.

    That is: attributes, containers, variables and arrays, what functions hold in closures and read from
    their module, attributes of the user's classes. A model that was not built is not built afterwards.
    """
    saved = _SavedState()
    saved.save([*roots, *_globals_of_libraries()])
    generators = _random_generators()
    try:
        yield
    finally:
        saved.restore()
        for undo in generators:
            undo()


class _SavedState:
    def __init__(self) -> None:
        self._seen: dict[int, Any] = {}
        self._waiting: list[Any] = []
        self._holders: list[Undo] = []
        self._values: list[Undo] = []

    def save(self, roots: list[Any]) -> None:
        """Save what can be reached."""
        self._waiting.extend(roots)
        while self._waiting:
            value = self._waiting.pop()
            if id(value) not in self._seen and not isinstance(value, (types.ModuleType, str, bytes, int, float)):
                self._seen[id(value)] = value
                self._save(value)

    def restore(self) -> None:
        """Put back holders first: a variable must be in its place to be given its value."""
        for undo in (*self._holders, *self._values):
            undo()

    def _save(self, value: Any) -> None:
        if isinstance(value, type):
            self._save_class(value)
        elif isinstance(value, (types.FunctionType, types.MethodType, functools.partial, staticmethod, classmethod)):
            self._save_function(value)
        elif _is_tensorflow_function(value):
            self._waiting.append(value.python_function)
        elif isinstance(value, np.ndarray):
            self._save_array(value)
        elif isinstance(value, (np.random.Generator, np.random.RandomState, random.Random)):
            self._values.append(_generator_state(value))
        else:
            self._save_object(value)

    def _save_object(self, value: Any) -> None:
        if isinstance(value, (*_CONTAINERS, tuple, frozenset)):
            self._save_container(value)
        if _is_variable(value):
            self._save_variable(value)
        if _may_look_into(value):
            self._save_attributes(value)
            self._waiting.append(type(value))
        if _library_of(type(value)) not in _LIBRARIES:
            self._save_slots(value)

    def _save_container(self, value: Any) -> None:
        # Proxies of a dict call themselves one; what they stand for is among their attributes.
        plain = next((kind for kind in _CONTAINERS if kind in type(value).__mro__), None)
        if isinstance(value, dict):
            self._waiting.extend(value.values())
        else:
            self._waiting.extend(value)
        if plain is not None:
            self._holders.append(functools.partial(_refill, value, plain, plain(value)))
        elif hasattr(value, "__wrapped__"):
            self._waiting.append(value.__wrapped__)

    def _save_attributes(self, value: Any) -> None:
        attributes = vars(value)
        self._holders.append(functools.partial(_refill, attributes, dict, dict(attributes)))
        self._waiting.extend(attributes.values())

    def _save_slots(self, value: Any) -> None:
        """Attributes that are not in a `__dict__`, as those of a dataclass with `slots=True`."""
        for cls in type(value).__mro__:
            slots = vars(cls).values() if "__slots__" in vars(cls) else ()
            for slot in slots:
                if isinstance(slot, types.MemberDescriptorType) and hasattr(value, slot.__name__):
                    kept = slot.__get__(value)
                    self._waiting.append(kept)
                    self._holders.append(functools.partial(object.__setattr__, value, slot.__name__, kept))

    def _save_variable(self, variable: Any) -> None:
        if _is_keras_variable(variable):
            if variable._value is None:  # Not initialized yet.
                return
            attributes = vars(variable)
            self._holders.append(functools.partial(_refill, attributes, dict, dict(attributes)))
        if hasattr(variable, "detach"):
            kept = variable.detach().clone()
            self._values.append(lambda: variable.data.copy_(kept))
        else:
            # A copy: on JAX, what is compiled may take the array for its own.
            self._values.append(functools.partial(variable.assign, np.array(_numbers(variable))))
        self._save_gradient(getattr(variable, "_value", variable))

    def _save_gradient(self, tensor: Any) -> None:
        """What a tensor of torch keeps of the last `backward()`."""
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(tensor, torch.Tensor) and tensor.is_leaf:
            kept = None if tensor.grad is None else tensor.grad.clone()
            self._values.append(functools.partial(setattr, tensor, "grad", kept))

    def _save_array(self, array: Any) -> None:
        if array.dtype.hasobject:
            self._waiting.extend(array.flat)
        if array.flags.writeable:
            self._values.append(functools.partial(array.__setitem__, ..., array.copy()))

    def _save_function(self, function: Any) -> None:
        if isinstance(function, types.FunctionType):
            if _library_of(function) in _LIBRARIES:
                return
            for cell in function.__closure__ or ():
                self._save_cell(cell)
            self._save_globals(function)
            self._waiting.extend([*(function.__defaults__ or ()), *vars(function).values()])
        elif isinstance(function, functools.partial):
            self._waiting.extend([function.func, *function.args, *function.keywords.values()])
        else:
            self._waiting.extend([function.__func__, getattr(function, "__self__", None)])

    def _save_cell(self, cell: types.CellType) -> None:
        try:
            contents = cell.cell_contents
        except ValueError:  # Nothing is in it yet.
            return
        self._waiting.append(contents)
        self._holders.append(functools.partial(setattr, cell, "cell_contents", contents))

    def _save_globals(self, function: types.FunctionType) -> None:
        for name in function.__code__.co_names:
            if name in function.__globals__:
                value = function.__globals__[name]
                self._waiting.append(value)
                self._holders.append(functools.partial(function.__globals__.__setitem__, name, value))

    def _save_class(self, cls: type) -> None:
        for one in cls.__mro__:
            if one.__module__.partition(".")[0] in _LIBRARIES or (one is not cls and id(one) in self._seen):
                continue
            self._seen[id(one)] = one
            kept = {name: value for name, value in vars(one).items() if not name.startswith("__")}
            self._waiting.extend(kept.values())
            self._holders.append(functools.partial(_reset_class, one, kept))


def _refill(holder: Any, kind: Any, kept: Any) -> None:
    """Fill a container again, unless it still holds what it did."""
    now = kind(holder)
    if isinstance(now, dict):
        same = [(name, id(value)) for name, value in now.items()] == [(n, id(v)) for n, v in kept.items()]
    else:
        same = [*map(id, now)] == [*map(id, kept)] if kind in (list, deque) else now == kept
    if same:
        return
    # The methods of the plain kind: Keras and TensorFlow have subclasses that count what is added.
    kind.clear(holder)
    (kind.update if hasattr(kind, "update") else kind.extend)(holder, kept)


def _reset_class(cls: type, kept: dict[str, Any]) -> None:
    for name in [name for name in vars(cls) if not name.startswith("__") and name not in kept]:
        delattr(cls, name)
    for name, value in kept.items():
        if vars(cls).get(name) is not value:
            setattr(cls, name, value)


def _library_of(value: Any) -> str:
    return str(getattr(value, "__module__", "")).partition(".")[0]


def _may_look_into(value: Any) -> bool:
    """Whether the attributes of an object may be a user's, or those of Keras."""
    if not isinstance(getattr(value, "__dict__", None), dict) or _is_variable(value):
        return False
    library = type(value).__module__.partition(".")[0]
    if library not in _LIBRARIES or library in ("keras", "tf_keras"):
        return True
    if isinstance(value, (types.SimpleNamespace, threading.local)):
        return True
    tf, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
    trackable = tf is not None and isinstance(value, tf.__internal__.tracking.AutoTrackable)
    wrapper = type(value).__module__.startswith("tensorflow.python.trackable")
    return trackable or wrapper or (torch is not None and isinstance(value, torch.nn.Module))


def _is_tensorflow_function(value: Any) -> bool:
    return _library_of(type(value)) == "tensorflow" and hasattr(value, "python_function")


def _is_keras_variable(value: Any) -> bool:
    return any(c.__module__.startswith("keras.src.backend") and c.__name__ == "Variable" for c in type(value).__mro__)


def _is_variable(value: Any) -> bool:
    tf, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
    if (tf is not None and isinstance(value, tf.Variable)) or _is_keras_variable(value):
        return True
    return torch is not None and isinstance(value, torch.Tensor)


def _numbers(variable: Any) -> Any:
    return variable.numpy() if hasattr(variable, "numpy") else variable.value


def _generator_state(generator: Any) -> Undo:
    if isinstance(generator, random.Random):
        return functools.partial(generator.setstate, generator.getstate())
    if isinstance(generator, np.random.RandomState):
        return functools.partial(generator.set_state, generator.get_state(legacy=False))
    return functools.partial(setattr, generator.bit_generator, "state", generator.bit_generator.state)


def _globals_of_libraries() -> Iterator[Any]:
    """What is kept beside the models: global generators of Keras and TensorFlow, the counters of automatic names."""
    places = (
        ("keras.src.backend.common.global_state", "GLOBAL_STATE_TRACKER"),
        ("tf_keras.src.backend", "_SEED_GENERATOR"),
    )
    for module, name in places:
        if module in sys.modules:
            yield vars(getattr(sys.modules[module], name))
    if "tf_keras.src.backend" in sys.modules:
        yield from sys.modules["tf_keras.src.backend"].PER_GRAPH_OBJECT_NAME_UIDS.values()
    if _STATEFUL in sys.modules:
        yield sys.modules[_STATEFUL].global_generator


def _random_generators() -> list[Undo]:
    """What puts the generators of Python, NumPy, TensorFlow and PyTorch back."""
    undo: list[Undo] = [
        functools.partial(random.setstate, random.getstate()),
        functools.partial(np.random.set_state, np.random.get_state(legacy=False)),
    ]
    if "torch" in sys.modules:
        torch = sys.modules["torch"]
        undo.append(functools.partial(torch.set_rng_state, torch.get_rng_state()))
    if "tensorflow.python.eager.context" in sys.modules:
        context = sys.modules["tensorflow.python.eager.context"].context()
        kept = getattr(context, "_rng", None)
        if kept is not None:
            # Another one meanwhile: operations keep the state of a seed that was drawn once, and go on from there.
            context._rng = random.Random()
            undo.append(functools.partial(setattr, context, "_rng", kept))
    if _STATEFUL in sys.modules:
        module = sys.modules[_STATEFUL]
        undo.append(functools.partial(setattr, module, "global_generator", module.global_generator))
    return undo
