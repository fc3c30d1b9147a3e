"""The training loops of a project's own: who writes one may never call `fit()`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.values import Instance, members
from flake8_training_phase.analysis.entries.importers import importing, runs_of_importers
from flake8_training_phase.analysis.entries.module_run import ModelCall, ModuleRun, module_run
from flake8_training_phase.analysis.queries.checked_module import CheckedModule, LayerClass
from flake8_training_phase.analysis.syntax.definitions import called_name, calls_in
from flake8_training_phase.analysis.syntax.walking import nodes_in

_TAPE = "GradientTape"
_FITS = re.compile(r"\.(?:fit|fit_generator|train_on_batch)\(")


@dataclass(frozen=True, slots=True)
class LoopCall:
    """The call of a model under a gradient tape."""

    call: ModelCall
    file: str | None
    """The name of the file that it is in, where that is another one than that of the model."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        line = f"line {self.call.node.lineno}"
        return line if self.file is None else f"{line} of {self.file}"


def loop_call(layer_class: LayerClass) -> LoopCall | None:
    """The first call of a model of a class in a loop that trains it; None where there is none, and where something is
    fitted: it may be that model.
    """
    module = layer_class.module
    if not module.once(_is_near_tape):
        return None
    runs = [module_run(module, ()), *module.once(runs_of_importers)]
    if any(_FITS.search(run.module.source.text) for run in runs):
        return None
    for run in runs:
        call = next(_calls(run, layer_class.cls), None)
        if call is not None:
            return LoopCall(call, None if run.module is module else run.module.module.path.name)
    return None


def _is_near_tape(module: CheckedModule) -> bool:
    """Whether a module, or one that imports it, has a gradient tape: running them all takes long."""
    return _TAPE in module.source.text or any(_TAPE in other.text for other in importing(module))


def _calls(run: ModuleRun, cls: UserClass) -> Iterator[ModelCall]:
    under_tapes = set(_under_tapes(run.module))
    if under_tapes:
        run.cover(under_tapes)
        for call in run.model_calls:
            made = [one.type for one in members(call.receiver) if isinstance(one, Instance)]
            if any(isinstance(one, UserClass) and cls in one.mro for one in made) and not call.symbolic:
                if not under_tapes.isdisjoint((call.node, *(entered.call for entered in call.chain))):
                    yield call


def _under_tapes(module: CheckedModule) -> Iterator[ast.Call]:
    if _TAPE in module.source.text:
        for node in nodes_in(module.tree):
            if isinstance(node, (ast.With, ast.AsyncWith)):
                opened = [item.context_expr for item in node.items]
                if any(isinstance(one, ast.Call) and called_name(one) == _TAPE for one in opened):
                    yield from (call for statement in node.body for call in calls_in(statement))
