"""How many lost flags are found: `python -m tests.benchmarks.mutants FOLDER … [--share 0.25]`.

Takes real packages that forward the flag, deletes one `training=training` at a time, and asks whether the checker
speaks of that call. The receivers are told apart by what the checker knows of them on the whole code.
"""

from __future__ import annotations

import argparse
import ast
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flake8_training_phase import engine
from flake8_training_phase.analysis.checked_module import CheckedModule
from flake8_training_phase.analysis.dependence import Dependence, dependence
from flake8_training_phase.analysis.events import Inlined, LayerCall
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.analysis.values import Constant, Instance, members
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.settings import Settings
from flake8_training_phase.sources import files
from flake8_training_phase.sources.text import SourceText

SETTINGS = Settings()
SILENT = ("takes no flag", "Keras layer that ignores it")
"""The kinds of receivers for which a finding would be a false alarm."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text in which one call has lost its flag."""

    path: Path
    source: SourceText
    call: ast.Call
    kind: str
    text: str


def main() -> None:
    """Print what was found by kind of receiver, and what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--share", type=float, default=0.25, help="the share of all calls that is tried")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print every miss and every false alarm")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    tried: Counter[str] = Counter()
    spoken: Counter[str] = Counter()
    for folder in options.folders:
        project = Project()
        for mutant in mutants(folder, project, chance, options.share):
            said = speaks_of(mutant, project)
            tried[mutant.kind] += 1
            spoken[mutant.kind] += said
            if options.show and said is (mutant.kind in SILENT):
                word = "false alarm" if said else "missed"
                print(f"{word}: {mutant.path}:{mutant.call.lineno}: {ast.unparse(mutant.call)[:90]} ({mutant.kind})")
    for kind, count in tried.most_common():
        print(f"{kind:36}{spoken[kind]:5} of {count:5} spoken of ({spoken[kind] / count:.1%})")


def mutants(folder: Path, project: Project, chance: random.Random, share: float) -> Iterator[Mutant]:
    """A share of the mutants of a package."""
    for path in files.python_files([folder], lambda path, error: None):
        source = files.read(path)
        if "training=training" not in source.text:
            continue
        try:
            tree = ast.parse(source.text)
        except SyntaxError:
            continue
        module = CheckedModule(tree, source, str(path), SETTINGS, project)
        events = [event for layer_class in module.layer_classes for event in layer_class.events]
        kinds = {event.node: kind for event in events if (kind := kind_of(event, module)) is not None}
        for call, keyword in flagged_calls(tree):
            if call in kinds and chance.random() < share:
                text = without(source, keyword)
                if text is not None:
                    yield Mutant(path, source, call, kinds[call], text)


def flagged_calls(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.keyword]]:
    """The calls that pass `training=training`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "training" and isinstance(keyword.value, ast.Name) and keyword.value.id == "training":
                    yield node, keyword


def kind_of(event: object, module: CheckedModule) -> str | None:
    """What the receiver of a call is; None for what no flag is passed to."""
    if isinstance(event, Inlined):
        return "helper"
    if not isinstance(event, LayerCall):
        return None
    found = [one for one in members(event.receiver) if not isinstance(one, Constant)]
    layers = [one for one in found if isinstance(one, Instance)]
    if not layers:
        return "unknown"
    kinds = {_kind_of_layer(one, module) for one in layers}
    order = ("class of the same file", "class of another file", "Keras layer", "Keras layer that may", *SILENT)
    return next(kind for kind in order if kind in kinds)


def _kind_of_layer(layer: Instance, module: CheckedModule) -> str:
    if isinstance(layer.type, KerasLayer):
        known = dependence(layer)
        if known is Dependence.YES:
            return "Keras layer"
        return "Keras layer that may" if known is Dependence.MAYBE else "Keras layer that ignores it"
    if not layer.type.accepts_training:
        return "takes no flag"
    return "class of the same file" if layer.type.scope.root is module.scope else "class of another file"


def without(source: SourceText, keyword: ast.keyword) -> str | None:
    """The text without one keyword argument and a comma beside it; None when that does not parse."""
    start, end = source.offset(source.start(keyword)), source.offset(source.end(keyword))
    before, after = source.text[:start].rstrip(), source.text[end:]
    if before.endswith(","):
        before = before[:-1]
    else:
        after = after.lstrip().removeprefix(",")
    try:
        ast.parse(before + after)
    except SyntaxError:
        return None
    return before + after


def speaks_of(mutant: Mutant, project: Project) -> bool:
    """Whether a finding stands at the call that lost its flag."""
    findings = engine.check(SourceText(mutant.text), SETTINGS, str(mutant.path), project, with_fixes=False)
    return any(one.start == mutant.source.start(mutant.call) for one in findings)


if __name__ == "__main__":
    main()
