"""The examples of the rules, as they are in `tests/rules/ktp202`.

`NAME.bad.py` is code that the rule reports, `NAME.fixed.py` what its fixes make of it, if they make anything, or else
`NAME.by_hand.py` what to write instead, and `NAME.good.py` code that it must not report. `proofs.toml` has a table for
each bad example, in the order of the rule's page: what Keras does with it, measured by `tests/runtime`. `NAME.also.py`
is code that the rule reports as well, without a proof and not on the page: other forms, or code that does not run here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flake8_training_phase.rules import all_rules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent / "rules"
BAD, FIXED, BY_HAND, GOOD, ALSO = ".bad.py", ".fixed.py", ".by_hand.py", ".good.py", ".also.py"
PROOFS = "proofs.toml"
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Proof:
    """What Keras does with an example.

    A cell has five words, one for each of `fit()`, `model(x, training=True)`, `model(x, training=False)`,
    `model(x)` and `predict()`: `train` when the watched layer runs in training mode (Dropout drops, BatchNormalization
    uses the batch and updates its moving statistics), `infer` in inference mode, `skipped` when it does not run,
    `raises` when the call raises. `raises/train` for `fit()` is a compiled one that raises and an eager one that
    trains.
    """

    build: str
    """An expression that makes the model, in the namespace of the example."""
    layer: str
    """The path of the watched layer below the model: `head.dropout`, `blocks[1]`."""
    keras2: str | None = "train train infer infer infer"
    """What `tf_keras` does with the bad code; None when the example is not for it."""
    keras3: str | None = "train train infer infer infer"
    """What `keras` does with the bad code."""
    keras3_early: str | None = None
    """What Keras 3.1 to 3.9 do with the bad code where they differ: measured when such a Keras is installed."""
    shape: tuple[int, ...] = (8,)
    """The shape of one sample."""
    fixed: str = "train train infer infer infer"
    """What both do with the right code, which the fixes make or a person."""


@dataclass(frozen=True, slots=True)
class Example:
    """Code that a rule reports, what its fixes or a person make of it, and the proof that it matters."""

    name: str
    bad: str
    fixed: str | None
    """The code after all safe and unsafe fixes; None when there is no fix."""
    by_hand: str | None
    """The code as a person would fix it; None when there is a fix."""
    proof: Proof

    @property
    def right(self) -> str:
        """What to write instead. Raises ValueError when nobody has written it."""
        text = self.by_hand if self.fixed is None else self.fixed
        if text is None:
            raise ValueError(f"{self.name} has neither a fix nor a {BY_HAND} file")
        return text


def folder(code: str) -> Path:
    """Where the examples of a rule stand."""
    return FOLDER / code.lower()


@cache
def bad_examples(code: str) -> tuple[Example, ...]:
    """The examples of what a rule finds, in the order of its page."""
    here = folder(code)
    tables = tomllib.loads((here / PROOFS).read_text(encoding="utf-8")) if (here / PROOFS).exists() else {}
    return tuple(_example(here, name, _proof(table)) for name, table in tables.items())


@cache
def good_examples(code: str) -> dict[str, str]:
    """The code that a rule must not speak of, by the names of the examples."""
    return _texts(code, GOOD)


@cache
def other_examples(code: str) -> dict[str, str]:
    """The code that a rule speaks of as well, by the names of the examples."""
    return _texts(code, ALSO)


def files(code: str) -> list[Path]:
    """The code of all examples of a rule."""
    return sorted(folder(code).glob("*.py"))


def every_text() -> list[str]:
    """The code of all examples of all rules."""
    return [path.read_text(encoding="utf-8") for rule in all_rules() for path in files(rule.code)]


def _texts(code: str, ending: str) -> dict[str, str]:
    paths = sorted(folder(code).glob(f"*{ending}"))
    return {path.name.removesuffix(ending): path.read_text(encoding="utf-8") for path in paths}


def _example(here: Path, name: str, proof: Proof) -> Example:
    bad = (here / f"{name}{BAD}").read_text(encoding="utf-8")
    return Example(name, bad, _text(here / f"{name}{FIXED}"), _text(here / f"{name}{BY_HAND}"), proof)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _proof(table: dict[str, Any]) -> Proof:
    told: dict[str, Any] = {key: None if value == NOT_RUN else value for key, value in table.items()}
    if "shape" in told:
        told["shape"] = tuple(told["shape"])
    return Proof(**told)
