"""Shows settings as they could be written in a pyproject.toml, and where each is from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from flake8_training_phase.configuration.pyproject import TABLE
from flake8_training_phase.configuration.resolve import Resolved
from flake8_training_phase.configuration.settings import declared
from flake8_training_phase.printable import printable


def shown(name: str, resolved: Resolved) -> Iterator[str]:
    """The lines that show the settings for a file or folder."""
    yield f"# {printable(name)}"
    yield f"[tool.{TABLE}]"
    for key, one in declared().items():
        value = one.kind.shown(getattr(resolved.settings, one.name))
        yield printable(f"{key} = {_toml(value)}  # {resolved.origins[key]}")


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_toml(key)} = {_toml(one)}' for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)  # What is left is written alike in both.
