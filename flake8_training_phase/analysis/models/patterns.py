"""What the patterns of `match` say of values: whether they fit, and what the names in them hold then."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from flake8_training_phase.analysis.domain.comparisons import compared, comparison
from flake8_training_phase.analysis.domain.values import (
    UNKNOWN,
    ClassValue,
    Constant,
    Container,
    FunctionValue,
    Instance,
    PhaseValue,
    Value,
    members,
)
from flake8_training_phase.analysis.models.instance_tests import is_instance
from flake8_training_phase.analysis.syntax.names import captured_names
from flake8_training_phase.keras.catalogue import KerasLayer

_Evaluate = Callable[[ast.expr], Value]


def fits(pattern: ast.pattern, subject: Value, evaluate: _Evaluate) -> Value:
    """Whether a pattern matches a value."""
    if isinstance(pattern, ast.MatchAs):
        return Constant(True) if pattern.pattern is None else fits(pattern.pattern, subject, evaluate)
    if isinstance(pattern, ast.MatchOr):
        return _fits_any(pattern.patterns, subject, evaluate)
    if isinstance(pattern, ast.MatchSingleton):
        wanted = Constant(pattern.value)
        if isinstance(subject, PhaseValue):
            return compared(subject, ast.Is(), wanted)
        return comparison(subject, ast.Is(), wanted)
    if isinstance(pattern, ast.MatchValue) and not isinstance(subject, PhaseValue):
        found = comparison(subject, ast.Eq(), evaluate(pattern.value))
        return Constant(False) if found is UNKNOWN and _is_no_constant(subject) else found
    if isinstance(pattern, ast.MatchClass) and not isinstance(subject, PhaseValue):
        return _is_of_class(pattern, subject, evaluate)
    if isinstance(pattern, (ast.MatchSequence, ast.MatchMapping)):
        return Constant(False) if _is_refused(pattern, subject, evaluate) else UNKNOWN
    return UNKNOWN


def _fits_any(patterns: list[ast.pattern], subject: Value, evaluate: _Evaluate) -> Value:
    # `int() | float()` is all numbers, though 0 and 0.0 are not distinguished.
    bare = (one for one in patterns if isinstance(one, ast.MatchClass) and not (one.patterns or one.kwd_patterns))
    ways = {fits(one, subject, evaluate) for one in patterns}
    if Constant(True) in ways or is_instance(subject, Container(tuple(evaluate(one.cls) for one in bare))):
        return Constant(True)
    return ways.pop() if len(ways) == 1 else UNKNOWN


def captured(pattern: ast.pattern, subject: Value) -> dict[str, Value]:
    """What the names that a pattern binds hold, as far as that is known."""
    found: dict[str, Value] = dict.fromkeys(captured_names(pattern), UNKNOWN)
    if isinstance(pattern, ast.MatchAs):
        inner = {} if pattern.pattern is None else captured(pattern.pattern, subject)
        return found | inner | ({} if pattern.name is None else {pattern.name: subject})
    if isinstance(pattern, ast.MatchOr):
        return found
    for one, value in _parts(pattern, subject):
        found |= captured(one, value)
    return found


def _is_of_class(pattern: ast.MatchClass, subject: Value, evaluate: _Evaluate) -> Value:
    known = is_instance(subject, evaluate(pattern.cls))
    if known is False:
        return Constant(False)
    inner = [fits(one, value, evaluate) for one, value in _parts(pattern, subject)]
    if Constant(False) in inner:
        return Constant(False)
    is_all = not pattern.kwd_patterns and all(one == Constant(True) for one in inner)
    return Constant(True) if known and is_all and len(inner) == len(pattern.patterns) else UNKNOWN


def _is_refused(pattern: ast.MatchSequence | ast.MatchMapping, subject: Value, evaluate: _Evaluate) -> bool:
    """Whether a value is surely not what a pattern of items asks for."""
    is_mapping = isinstance(pattern, ast.MatchMapping)
    if not isinstance(subject, Container):
        return isinstance(subject, Constant) or _is_no_constant(subject)
    if subject.values and bool(subject.keys) != is_mapping:
        return True
    return any(fits(one, value, evaluate) == Constant(False) for one, value in _parts(pattern, subject))


def _parts(pattern: ast.pattern, subject: Value) -> Iterable[tuple[ast.pattern, Value]]:
    """The patterns inside one, with what they are held against, as far as that is known."""
    if isinstance(pattern, ast.MatchClass):
        # `str(name)` and the like: what is matched is the object itself.
        return zip(pattern.patterns, (subject,), strict=False) if isinstance(subject, Constant) else ()
    if isinstance(pattern, ast.MatchSequence) and isinstance(subject, Container) and not subject.keys:
        star = next((i for i, one in enumerate(pattern.patterns) if isinstance(one, ast.MatchStar)), None)
        return zip(pattern.patterns[:star], subject.values, strict=False)
    if isinstance(pattern, ast.MatchMapping) and isinstance(subject, Container) and subject.keys:
        texts = [one.value if isinstance(one, ast.Constant) else None for one in pattern.keys]
        held = dict(subject.pairs_by_key)
        known = ((one, held[text]) for one, text in zip(pattern.patterns, texts, strict=True) if text in held)
        return () if subject.is_named_in_part else known
    return ()


def _is_no_constant(value: Value) -> bool:
    """Whether no number, text or tuple is equal to a value."""
    kinds = [isinstance(one, (ClassValue, FunctionValue)) or _is_layer(one) for one in members(value)]
    return all(kinds)


def _is_layer(value: Value) -> bool:
    return isinstance(value, Instance) and isinstance(value.type, KerasLayer)
