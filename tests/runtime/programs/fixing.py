"""Fixes programs, and says what the fixes may change: a phase that is not the one asked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flake8_training_phase.api import check_paths, fix_paths
from flake8_training_phase.runtime.trace import MODES, phase_wanted
from tests.runtime.programs.comparing import REFUSED
from tests.runtime.programs.program import Program
from tests.runtime.programs.running import OUTSIDE, Observed

Seen = dict[tuple[str, int], set[str]]
"""Phases by module and line."""


MEANT = re.compile(
    r"(?<!def )\b(call|_?helper\w*|run\d+|_apply\d+)\(.*(training=|, )(True|False|None|1|0)\b|(=|, ) *not (?!not)"
)
"""A `call` of a parent, a method or a function that is given a constant, or a flag that is made the opposite: there the
phase to ask for is another one.
"""

TOLD = re.compile(r"training=(True|False|None|1|0)\b|\{\"training\": (True|False|None|1|0)\}")
"""A constant that a layer is given: a fix may make the layer hear it."""
FLAG = re.compile(r"train\w*=|\*\*|\(x, ")
"""A line that passes a flag, by name or by position."""
ON_UNLESS_TOLD = re.compile(r"train\w*(: [^=,]+)? ?= ?(True|1|DEFAULT)\b|Random|Resizing|!= False")
"""Code that runs in training when nobody says which phase it is."""
CALLS_CALL = re.compile(r"(?<!\bsuper\(\))\.call\(x|@hidden")
"""The method of another layer, which finds no call context of its own (KTP208), or one that Keras does not tell."""


def fixed(program: Program, unsafe: bool) -> Program:
    """The program after `training-phase-fix`."""
    with tempfile.TemporaryDirectory() as folder:
        files = program.write(Path(folder))
        fix_paths(files.values(), unsafe=unsafe)
        return replace(program, modules={name: file.read_text(encoding="utf-8") for name, file in files.items()})


def wrongly_changed(program: Program, before: list[Observed], after: list[Observed], unsafe: bool) -> Iterator[str]:
    """Where fixes changed a phase to another one than the one asked for, or made something raise."""
    text = str(program)
    lines = {name: module.splitlines() for name, module in program.modules.items()}
    meant = bool(MEANT.search(text) or CALLS_CALL.search(text))
    for target, mode, first, second in _modes(program, before, after):
        if isinstance(first, str):
            continue
        if isinstance(second, str) and REFUSED in second:
            continue
        if isinstance(second, str):
            # An unsafe fix may break what stands in another file: an override of a method that takes the flag now.
            # A helper that is told now may hand the flag on by position, to what KTP203 cannot give it by name.
            elsewhere = unsafe and "unexpected keyword argument 'training'" in second
            if not elsewhere and "Only input tensors may be passed" not in second:
                yield f"{target} in {mode}: raises {second} after the fix"
            continue
        if meant or (mode == "no flag" and ON_UNLESS_TOLD.search(text)):
            continue
        old, new = _seen(first), _seen(second)
        wanted = {phase_wanted(mode).value}
        for line, phases in sorted(old.items()):  # What did not run before may hold constants.
            if line[0] in lines and TOLD.search(lines[line[0]][line[1] - 1]):
                continue
            after_fix = new.get(line, wanted)
            if not after_fix <= phases | wanted or (phases == wanted and after_fix != wanted):
                yield f"{target} in {mode}: {line} ran in {phases}, after the fix in {after_fix}"


def right_to_wrong(program: Program, changed: Program, before: list[Observed], after: list[Observed]) -> Iterator[str]:
    """Where a layer ran in the mode asked for, and does not after the fixes: what no safe fix may do.

    Fixes see one file. A line that passes a flag to a class of another file, which has not heard it before the fix, is
    not looked at.
    """
    heard = set(_already_passed(program, changed))
    for target, first, second in zip(program.targets, before, after, strict=True):
        for mode in (*MODES, OUTSIDE):
            old, new = first[mode], second[mode]
            if isinstance(old, str):
                continue
            if isinstance(new, str):
                yield f"{target.name} {_in(mode)}: raises {new} after the fix"
                continue
            wanted = {_wanted(mode)}
            ran = _seen(new)
            for line, phases in sorted(_seen(old).items()):
                if phases == wanted and ran.get(line, wanted) != wanted and line not in heard:
                    yield f"{target.name} {_in(mode)}: {line} ran in {phases}, after the fix in {ran[line]}"


def _already_passed(program: Program, changed: Program) -> Iterator[tuple[str, int]]:
    """The lines that pass a flag as before, in programs in which another module was changed."""
    for name, module in program.modules.items():
        others = [other for other in program.modules if other != name]
        if all(program.modules[other] == changed.modules[other] for other in others):
            continue
        lines = zip(module.splitlines(), changed.modules[name].splitlines(), strict=False)
        for number, (old, new) in enumerate(lines, 1):
            if old == new and FLAG.search(old):
                yield name, number


def gives_constants(program: Program) -> bool:
    """Whether the `call` of a parent or a helper is given a constant, so that the mode to ask for is another one."""
    return bool(MEANT.search(str(program)) or CALLS_CALL.search(str(program)))


def is_clean(program: Program) -> bool:
    """Whether nothing is left to be reported."""
    with tempfile.TemporaryDirectory() as folder:
        results = check_paths(program.write(Path(folder)).values())
    return not any(result.findings for result in results)


def unrepaired(program: Program, changed: Program, after: list[Observed]) -> Iterator[str]:
    """Where a layer that the fixes have given the flag does not run in the mode asked for, although nothing is reported
    any more.

    Programs that give a constant to a layer are not looked at: it is meant, and runs on lines that pass the flag.
    """
    if TOLD.search(str(changed)) or not is_clean(changed):
        return
    forwarded = {
        (name, number)
        for name, module in changed.modules.items()
        for number, (new, old) in enumerate(
            zip(module.splitlines(), program.modules[name].splitlines(), strict=False), 1
        )
        if new.count("training=training") > old.count("training=training")
    }
    for target, seen in zip(program.targets, after, strict=True):
        for mode in MODES:
            places = seen[mode]
            if isinstance(places, str) or (mode == "no flag" and ON_UNLESS_TOLD.search(str(program))):
                continue
            for line, phases in sorted(_seen(places).items()):
                if line in forwarded and phases != {_wanted(mode)}:
                    yield f"{target.name} {_in(mode)}: {line} has the flag and runs in {phases}"


def _wanted(mode: str) -> str:
    return "I" if mode == OUTSIDE else phase_wanted(mode).value


def _in(mode: str) -> str:
    return mode if mode == OUTSIDE else f"in {mode}"


def still_wrong(program: Program, after: list[Observed]) -> Iterator[str]:
    """Where a layer does not run in the phase asked for."""
    for target, mode, seen, _ in _modes(program, after, after):
        if isinstance(seen, str):
            if REFUSED not in seen:
                yield f"{target} in {mode}: raises {seen}"
            continue
        if mode == "no flag" and ON_UNLESS_TOLD.search(str(program)):
            continue
        for line, phases in _seen(seen).items():
            if phases != {phase_wanted(mode).value}:
                yield f"{target} in {mode}: {line} runs in {phases} after the fix"


def _modes(
    program: Program, before: list[Observed], after: list[Observed]
) -> Iterator[tuple[str, str, list[list[object]] | str, list[list[object]] | str]]:
    for target, first, second in zip(program.targets, before, after, strict=True):
        for mode in MODES:
            yield target.name, mode, first[mode], second[mode]


def _seen(places: list[list[object]]) -> Seen:
    found: Seen = {}
    for module, line, phase in places:
        found.setdefault((str(module), int(str(line))), set()).add(str(phase))
    return found
