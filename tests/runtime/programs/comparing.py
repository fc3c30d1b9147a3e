"""Compares what the analysis says of a program with what Keras does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from flake8_training_phase.keras.generations import Generation
from flake8_training_phase.runtime import MODES
from tests.runtime.programs.predicting import Analysed, Line, Said
from tests.runtime.programs.program import Program, Target
from tests.runtime.programs.running import Observed

REFUSED = "have not yet been created"
"""What Keras 2 says in `fit` of a model that holds another one which nothing has called."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the analysis says and Keras does not do."""

    keras: str
    target: str
    mode: str
    what: str

    def __str__(self) -> str:
        return f"Keras {self.keras}, {self.target} in {self.mode}: {self.what}"


@dataclass(slots=True)
class Comparison:
    """What came of one program under one Keras."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How many lines, in how many modes, were `known`, `several` (more than one phase is possible), `unknown` (not
    followed to the end), `missed` (a layer call that the analysis does not see),
    `constant` (of which no phase is said), `raised` (modes)."""

    @property
    def has_unknown(self) -> bool:
        """Whether something in the program was not followed."""
        return bool(self.counts["unknown"] or self.counts["missed"])


class Comparer:
    """Compares the classes of a program, in the order of their definition: the later ones run the earlier ones."""

    def __init__(self, program: Program, analysed: Analysed, generation: Generation, version: str) -> None:
        self.program = program
        self.analysed = analysed
        self.generation = generation
        self.version = version
        self.result = Comparison()
        self._not_followed: set[str] = set()

    def compare(self, observed: list[Observed]) -> Comparison:
        """All classes in all modes."""
        for target, modes in zip(self.program.targets, observed, strict=True):
            cls = self.analysed.classes[target].cls
            unsure = False
            for mode in MODES:
                unsure |= self._mode(target, mode, modes[mode])
            if unsure or (cls.call is not None and not cls.trace.complete):
                self._not_followed.add(cls.name)
        return self.result

    def _mode(self, target: Target, mode: str, seen: list[tuple[str, int, str]] | str) -> bool:
        """Compare one mode; whether something in it was not followed."""
        if isinstance(seen, str):
            self.result.counts["raised"] += 1
            if not self.program.may_raise and REFUSED not in seen:
                self._differ(target, mode, f"raises {seen}")
            return "except TypeError" in str(self.program)  # Then what runs it may go on.
        lines = self.analysed.said(target, self.generation, mode)
        if lines is None:
            # A class without a `call` of its own runs none of the lines of the program.
            own = [module for module, _, _ in seen if module in self.program.modules]
            self.result.counts["unknown"] += bool(own)
            return bool(own)
        phases: dict[Line, set[str]] = {}
        for module, line, phase in seen:
            phases.setdefault((module, line), set()).add(phase)
        kinds = [
            self._line(target, mode, line, lines.get(line), phases.get(line, set())) for line in {**lines, **phases}
        ]
        self.result.counts.update(kinds)
        return "unknown" in kinds or "missed" in kinds

    def _line(self, target: Target, mode: str, line: Line, said: Said | None, seen: set[str]) -> str:
        if said is None:
            return "missed"
        if said.unknown or said.classes & self._not_followed:
            return "unknown"
        if said.constant:
            return "constant"
        if not seen <= said.phases:
            self._differ(target, mode, f"{_at(line)} runs in {_words(seen)}, said is {_words(said.phases)}")
        elif said.runs and not seen:
            self._differ(target, mode, f"{_at(line)} does not run, said is {_words(said.phases)}")
        return "several" if len(said.phases) > 1 else "known"

    def _differ(self, target: Target, mode: str, what: str) -> None:
        self.result.differences.append(Difference(self.version, target.name, mode, what))


def _at(line: Line) -> str:
    return f"{line[0]}.py:{line[1]}"


def _words(phases: set[str]) -> str:
    return "/".join(sorted(phases)) or "nothing"
