"""Fixes programs, and says what the fixes may change: a phase that is not the one asked for."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from flake8_training_phase.api import Finding, check_paths, fix_paths
from flake8_training_phase.runtime.recording import MODES, phase_wanted
from tests.runtime.programs.comparing import REFUSED
from tests.runtime.programs.program import Program, Target
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
ON_UNLESS_TOLD = re.compile(r"train\w*(: [^=,]+)? ?= ?(True|1|DEFAULT)\b|Random|Resizing|!= False")
"""Code that runs in training when nobody says which phase it is."""
_ASSIGNED_FLAG = re.compile(r"\b(flag\d+) = (.+)")
_SETS_FLAG = re.compile(r"\btraining = |@logged|@hidden")
"""A class that makes something else of its flag, or hides it."""
CALLS_CALL = re.compile(r"(?<!\bsuper\(\))\.call\(x|@hidden")
"""The method of another layer, which finds no call context of its own (KTP208), or one that Keras does not tell."""


def fixed(program: Program, unsafe: bool, only: str | None = None) -> Program:
    """The program after `training-phase-fix`, of all modules or of one."""
    return made_by_fixes(program, unsafe, only)[0]


def made_by_fixes(program: Program, unsafe: bool, only: str | None = None) -> tuple[Program, list[Finding]]:
    """The program after the fixes, and what was fixed."""
    with tempfile.TemporaryDirectory() as folder:
        files = program.write(Path(folder))
        # Lines are told apart by their numbers: no fix may break one.
        Path(folder, "pyproject.toml").write_text("[tool.black]\nline-length = 1000\n", encoding="utf-8")
        results = fix_paths(files.values() if only is None else [files[only]], unsafe=unsafe)
        changed = {name: file.read_text(encoding="utf-8") for name, file in files.items()}
    return replace(program, modules=changed), [finding for result in results for finding in result.fixed]


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
            # An unsafe fix may break what is in another file: an override of a method that takes the flag now.
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


@dataclass(frozen=True, slots=True)
class Harm:
    """A layer that ran in the mode asked for and does not after the fixes, or a run that raises after them."""

    target: Target
    told: str
    raises: bool = False
    meant: bool = False
    """The code asks for that mode itself, and the fixes make it heard: its line gives a layer a literal, or nobody
    gives a flag to a `call` whose own default is True, or that does nothing but augment.
    """


def right_to_wrong(program: Program, before: list[Observed], after: list[Observed]) -> Iterator[Harm]:
    """Where a layer ran in the mode asked for, and does not after the fixes: what no safe fix may do."""
    lines = {name: module.splitlines() for name, module in program.modules.items()}
    on = _on_by_default(program) | _only_augmenting(program)
    constants = _constant_flags(str(program))
    for target, first, second in zip(program.targets, before, after, strict=True):
        for mode in (*MODES, OUTSIDE):
            old, new = first[mode], second[mode]
            if isinstance(old, str):
                continue
            if isinstance(new, str):
                yield Harm(target, f"{target.name} {_in(mode)}: raises {new} after the fix", raises=True)
                continue
            wanted = {_wanted(mode)}
            ran = _seen(new)
            for line, phases in sorted(_seen(old).items()):
                if phases == wanted and ran.get(line, wanted) != wanted:
                    told = f"{target.name} {_in(mode)}: {line} ran in {phases}, after the fix in {ran[line]}"
                    written = lines[line[0]][line[1] - 1] if line[0] in lines else ""
                    literal = bool(TOLD.search(written)) or any(one in written for one in constants)
                    by_default = mode in ("no flag", OUTSIDE) and target.name in on
                    yield Harm(target, told, meant=literal or by_default)


def _constant_flags(text: str) -> set[str]:
    """The arguments with which a module gives layers a flag that only takes constants: `flag3` is False, then True."""
    assigned: dict[str, set[str]] = {}
    for name, value in _ASSIGNED_FLAG.findall(text):
        assigned.setdefault(name, set()).add(value)
    return {f"training={name})" for name, values in assigned.items() if values <= {"True", "False", "None"}}


def _only_augmenting(program: Program) -> set[str]:
    """The layers that make layers of augmentation and run nothing else: told nothing, they are on."""
    found: set[str] = set()
    for module in program.modules.values():
        tree = ast.parse(module)
        for cls in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            used = set(_used(cls))
            if used and all(one.startswith("Random") for one in used):
                found.add(cls.name)
    return found


def _used(cls: ast.ClassDef) -> Iterator[str]:
    """The layers that a class names, but for its base `Layer`, and what it has from elsewhere in its module."""
    for node in ast.walk(cls):
        if isinstance(node, ast.Attribute) and node.attr[:1].isupper() and node.attr != "Layer":
            yield node.attr
        elif isinstance(node, ast.Name) and re.match(r"[A-Z]|shared|make_|run", node.id):
            yield node.id


def _on_by_default(program: Program) -> set[str]:
    """The classes whose `call`, their own or an inherited one, has a flag with the default True."""
    classes = [
        node for module in program.modules.values() for node in ast.parse(module).body if isinstance(node, ast.ClassDef)
    ]
    on: dict[str, bool] = {}
    for cls in classes:
        own = [one for one in cls.body if isinstance(one, ast.FunctionDef) and one.name == "call"]
        parents = [on[base.id] for base in cls.bases if isinstance(base, ast.Name) and base.id in on]
        on[cls.name] = any(map(_defaults_to_true, own)) if own else any(parents)
    return {name for name, is_on in on.items() if is_on}


def _defaults_to_true(call: ast.FunctionDef) -> bool:
    given = call.args
    positional = [*given.posonlyargs, *given.args]
    defaults = {one.arg: ast.unparse(value) for one, value in zip(positional[::-1], given.defaults[::-1], strict=False)}
    keywords = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    defaults |= {one.arg: ast.unparse(value) for one, value in keywords if value is not None}
    named = [one for one in defaults if one == "training"] or [one for one in defaults if "train" in one]
    return any(defaults[one] in ("True", "1", "DEFAULT") for one in named)


def gives_constants(program: Program) -> bool:
    """Whether the `call` of a parent or a helper is given a constant, so that the mode to ask for is another one."""
    return bool(MEANT.search(str(program)) or CALLS_CALL.search(str(program)))


def leaves_a_signature(changed: Program) -> bool:
    """Whether the fixes have left a flag that Keras does not fill, or fills with a wrong default (KTP1xx): what such a
    `call` gives to its layers is still reported, and wrong wherever it comes from.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = check_paths(changed.write(Path(folder)).values())
        return any(one.code.startswith("KTP1") for result in results for one in result.findings)


def unrepaired(program: Program, changed: Program, after: list[Observed]) -> Iterator[str]:
    """Where a layer that the fixes have given the flag does not run in the mode asked for.

    That is only asked of classes in which the flag stays what it is, with layers that hold no literal of their own.
    """
    for target, seen in zip(program.targets, after, strict=True):
        lines = set(_forwarded(program, changed, target))
        for mode in MODES if lines else ():
            places = seen[mode]
            if isinstance(places, str) or (mode == "no flag" and ON_UNLESS_TOLD.search(str(program))):
                continue
            for line, phases in sorted(_seen(places).items()):
                if line in lines and phases != {_wanted(mode)}:
                    yield f"{target.name} {_in(mode)}: {line} has the flag and runs in {phases}"


def _forwarded(program: Program, changed: Program, target: Target) -> Iterator[tuple[str, int]]:
    """The lines of a class that the fixes have given the flag of its `call`, and nothing else."""
    text = changed.modules[target.module]
    cls = next(node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == target.name)
    lines = text.splitlines()
    first, last = cls.lineno - 1, cls.end_lineno or cls.lineno
    others = "\n".join(
        [*lines[:first], *lines[last:], *(changed.modules[n] for n in changed.modules if n != target.module)]
    )
    inside = "\n".join(lines[first:last])
    if TOLD.search(others) or _SETS_FLAG.search(inside) or gives_constants(changed):
        return
    for number, old in enumerate(program.modules[target.module].splitlines()[first:last], first + 1):
        new = lines[number - 1]
        if new.count("training=training") > old.count("training=training") and not TOLD.search(new):
            yield target.module, number


def _wanted(mode: str) -> str:
    return "infer" if mode == OUTSIDE else phase_wanted(mode).value


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
