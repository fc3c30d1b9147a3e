"""What was recorded of a package beside what the analysis says, with and without the sources of the package."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flake8_training_phase.runtime.recording import Phase, Reason, Site, TracedCall
from tests.runtime.packages import hosts
from tests.runtime.packages.comparing import Run, false_findings, judged
from tests.runtime.packages.recording import Entry, Workplace
from tests.runtime.packages.report import Result, View
from tests.runtime.packages.said import Analysis, class_named

SOURCES, CATALOGUE = "sources", "catalogue"
"""The analysis reads the sources of the package; it knows of the package by its catalogue."""


def compared(name: str, keras: str, place: Workplace) -> Result:
    """What was recorded of a package beside what the analysis says."""
    entries = place.entries()
    result = Result(name, keras, len(entries))
    result.problems = {one["name"]: one["problem"] for one in entries.values() if "problem" in one}
    made = [one for one in entries.values() if "hosts" in one]
    result.made = len(made)
    result.run = sum(any(not one["problems"] for one in entry["hosts"].values()) for entry in made)
    for view, folder in ((SOURCES, place.sources), (CATALOGUE, place.alone)):
        result.views[view] = view_of(made, folder, keras, view)
    return result


def view_of(made: Sequence[Entry], folder: Path, keras: str, name: str) -> View:
    """The calls of objects beside what is said of the hosts in a folder."""
    paths = [folder] if name == SOURCES else [folder / one["file"] for one in made]
    analysis = Analysis(keras)
    findings = analysis.findings_in(paths)
    view = View()
    told: list[TracedCall] = []
    for entry in made:
        # Who has the catalogue alone makes no models without a host that anything could be said of.
        traces = {host: data for host, data in entry["hosts"].items() if name == SOURCES or host != hosts.ITSELF}
        runs = [_as_run(host, data) for host, data in traces.items()]
        said = analysis.hosts_in(folder / entry["file"])
        where = folder.joinpath(*entry["module"].split(".")).with_suffix(".py")
        made_in = class_named(os.path.realpath(where), entry["name"])
        if hosts.ITSELF in entry["hosts"]:
            said.rows[hosts.ITSELF] = analysis.class_in(where, entry["name"])
        own = os.path.realpath(folder / entry["file"])
        inside = _wrong_inside(runs) if name == CATALOGUE else frozenset()
        here = [one for one in findings if name == SOURCES or one.path == own]
        for run in runs:
            calls = [one for one in run.calls if _key(one) not in inside and not _is_no_dropout(one)]
            view.add(entry["name"], run.host, judged(run.host, calls, said, here, made_in))
            if run.host != hosts.WITHOUT_FLAG:
                told += run.calls
        every = [call for run in runs for call in run.calls]
        view.false_findings += [(entry["name"], one) for one in false_findings(here, every, {own})]
    if name == SOURCES:
        of_package = {one.path for one in findings} - {os.path.realpath(folder / one["file"]) for one in made}
        view.false_findings += [("hosts with a flag", one) for one in false_findings(findings, told, of_package)]
    return view


def _wrong_inside(runs: Iterable[Run]) -> frozenset[object]:
    """What is wrong although the host passes the flag: that is the package's own, and no catalogue knows of it."""
    return frozenset(
        _key(call) for run in runs if run.host == hosts.PASSING_FLAG for call in run.calls if not call.is_right
    )


def _is_no_dropout(call: TracedCall) -> bool:
    """Whether it draws at random by hand, and not to drop: nobody knows what it is meant to do in inference."""
    return call.by_hand and "dropout" not in call.layer


def _key(call: TracedCall) -> object:
    return call.mode, call.layer, call.site


def _as_run(host: str, data: dict[str, object]) -> Run:
    calls = data["calls"]
    problems = data["problems"]
    assert isinstance(calls, list)
    assert isinstance(problems, dict)
    return Run(host, [_as_call(one) for one in calls], problems)


def _as_call(data: dict[str, object]) -> TracedCall:
    fields = dict(data)
    through, site, reason = fields["through"], fields["site"], fields["reason"]
    assert isinstance(through, (list, tuple))
    fields["phase"] = Phase[str(fields["phase"])]
    fields["site"] = None if site is None else Site(**site)  # type: ignore[arg-type]
    fields["through"] = tuple(None if one is None else Site(**one) for one in through)
    fields["reason"] = None if reason is None else _as_reason(reason)  # type: ignore[arg-type]
    return TracedCall(**fields)  # type: ignore[arg-type]


def _as_reason(data: dict[str, Any]) -> Reason:
    origin = data.get("origin")
    return Reason(**data | {"origin": None if origin is None else Site(**origin)})
