"""The module that holds an object in every kind of host."""

from __future__ import annotations

from collections.abc import Iterable

from tests.runtime.packages.expressions import INPUT, Making

WITH_FLAG, PASSING_FLAG, WITHOUT_FLAG = "WithFlag", "PassingFlag", "WithoutFlag"
"""The flag is a parameter of the host's `call`; it is passed on; there is none."""

ITSELF = "itself"
"""A function that makes a model, which is run without a host."""

HOSTS = (WITH_FLAG, PASSING_FLAG, WITHOUT_FLAG)


def module(making: Making, keras: str) -> str:
    """The text of a module with the hosts of an object. `keras` is the package that they are made with."""
    own = "import keras" if keras == "keras" else f"import {keras} as keras"
    lines = dict.fromkeys((own, *(one for one in making.construction.imports if one != "import keras")))
    itself = f"def {ITSELF}():\n    return {making.construction.text}"
    texts = ["\n".join(sorted(lines)), *(_host(name, making) for name in HOSTS), itself]
    return "\n\n\n".join(texts) + "\n"


def batch(making: Making) -> str:
    """The text of a batch for the hosts."""
    texts = [one.text for one in making.inputs]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def batch_imports(making: Making) -> Iterable[str]:
    """What the batch imports."""
    return dict.fromkeys(line for one in making.inputs for line in one.imports)


def _host(name: str, making: Making) -> str:
    parameters = "inputs" if name == WITHOUT_FLAG else "inputs, training=None"
    arguments = _arguments(making)
    if name == PASSING_FLAG:
        arguments.append("training=training")
    return (
        f"class {name}(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        f"        self.layer = {making.construction.text}\n\n"
        f"    def call(self, {parameters}):\n"
        f"        return self.layer({', '.join(arguments)})"
    )


def _arguments(making: Making) -> list[str]:
    found: list[str] = []
    place = 0
    for key, text in making.arguments:
        value = text
        if text == INPUT:
            value = "inputs" if len(making.inputs) == 1 else f"inputs[{place}]"
            place += 1
        found.append(f"{key}={value}" if key else value)
    return found
