"""The result of a run: a table, the differences, and the same as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.runtime.packages.comparing import Judged, Verdict
from tests.runtime.packages.said import Finding


@dataclass(slots=True)
class View:
    """What came of one way of looking at a package."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    differences: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    """By verdict, place and reason: the objects that show it."""
    false_findings: list[tuple[str, Finding]] = field(default_factory=list)

    def add(self, subject: str, host: str, calls: Iterable[Judged]) -> None:
        """Count the calls of a host."""
        for one in calls:
            self.counts[one.verdict] += 1
            if one.verdict in (Verdict.FALSE_ALARM, Verdict.MISS, Verdict.UNKNOWN):
                key = (one.verdict.value, f"{one.call.layer} at {one.call.site}", f"{host}: {one.why}")
                self.differences.setdefault(key, []).append(f"{subject} in {one.call.mode}")

    def row(self) -> tuple[str, ...]:
        """Its cells in the table."""
        calls = sum(self.counts.values())
        wrong = self.counts[Verdict.REPORTED] + self.counts[Verdict.MISS]
        return (
            str(calls),
            *(str(self.counts[one]) for one in Verdict),
            _share(self.counts[Verdict.MISS], wrong),
            _share(self.counts[Verdict.UNKNOWN], calls),
            str(len(self.false_findings)),
        )

    def as_data(self) -> dict[str, Any]:
        """The same for a file."""
        return {
            "counts": {one.value: self.counts[one] for one in Verdict},
            "differences": [
                {"what": what, "call": call, "why": why, "objects": sorted(set(some)), "calls": len(some)}
                for (what, call, why), some in self.differences.items()
            ],
            "false findings": [{"object": subject, "finding": str(one)} for subject, one in self.false_findings],
        }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


@dataclass(slots=True)
class Result:
    """What came of a package."""

    name: str
    keras: str
    listed: int = 0
    made: int = 0
    run: int = 0
    """How many of its classes there are, were made, and have run in a host."""
    problems: dict[str, str] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The same for a file."""
        return {
            "package": self.name,
            "keras": self.keras,
            "classes": {"tried": self.listed, "made": self.made, "run": self.run},
            "problems": self.problems,
            "views": {name: one.as_data() for name, one in self.views.items()},
        }


_HEADER = (
    "package", "read", "classes", "calls", *(one.value for one in Verdict), "missed", "not known", "false bugs",
)  # fmt: skip


def table(results: Sequence[Result]) -> str:
    """A row for each package and view."""
    rows = [_HEADER]
    rows += [(one.name, name, str(one.run), *view.row()) for one in results for name, view in one.views.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def differences(result: Result, most: int) -> Iterator[str]:
    """The false alarms and misses, and what is unknown the most, each with its place."""
    for name, view in result.views.items():
        for subject, finding in view.false_findings:
            yield f"false bug ({name}), run by {subject}: {finding}"
        for what in (Verdict.FALSE_ALARM, Verdict.MISS, Verdict.UNKNOWN):
            some = [(key, found) for key, found in view.differences.items() if key[0] == what.value]
            some.sort(key=lambda one: -len(one[1]))
            for (_, call, why), found in some[:most]:
                yield f"{what.value} ({name}), {len(found)} calls of {found[0]}: {call}, {why}"
            if len(some) > most:
                yield f"{what.value} ({name}): {len(some) - most} more"
