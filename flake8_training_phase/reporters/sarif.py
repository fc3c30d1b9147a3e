"""SARIF 2.1.0, the exchange format of static analysis, with the rules and the fixes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import TextIO
from urllib.parse import quote

from flake8_training_phase import __version__
from flake8_training_phase.adoption.fingerprints import digests
from flake8_training_phase.codes import CODE_OF_BROKEN_FILE, NAME_OF_BROKEN_FILE
from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Edit, Finding, Position, Severity
from flake8_training_phase.output.paths import below_root
from flake8_training_phase.output.report import FileError, Report
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = True

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.BUG: "error", Severity.FRAGILE: "warning", Severity.LEGACY: "warning"}

Object = dict[str, object]


def write(report: Report, stream: TextIO) -> None:
    """One run with all findings, the rules that they are of, and what could not be read or written."""
    was = report.as_it_was()
    codes = sorted({finding.code for result in (*report.results, *was) for finding in result.findings})
    results = [one for result in report.results for one in _results(result, codes)]
    results += [_fixed(one) for result in was for one in _results(result, codes)]
    driver = {
        "name": "flake8-training-phase",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [_notification(error) for error in report.errors],
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder of the checked project."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": results,
    }
    print(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2), file=stream)


def _rule(code: str) -> Object:
    if code == CODE_OF_BROKEN_FILE:
        summary = "A file cannot be read, parsed or followed."
        return _descriptor(code, NAME_OF_BROKEN_FILE, Severity.BUG, summary, summary, summary)
    from flake8_training_phase.rules import rule

    found = rule(code)
    return _descriptor(code, found.name, found.severity, found.summary, _first_section(found.page), found.page)


def _descriptor(code: str, name: str, severity: Severity, summary: str, described: str, page: str) -> Object:
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": described},
        "helpUri": rule_url(code),
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": ["keras", severity.value]},
    }


def _first_section(page: str) -> str:
    """What is under the first heading of a page, its lines joined."""
    return " ".join(re.split(r"^## .*$", page, flags=re.MULTILINE)[1].split())


def _results(result: FileResult, codes: Sequence[str]) -> list[Object]:
    path = below_root(result.path, "GITHUB_WORKSPACE")
    return [
        _result(result, finding, _artifact(path), codes.index(finding.code), digest)
        for finding, digest in zip(result.findings, digests(path, result), strict=True)
    ]


def _fixed(result: Object) -> Object:
    """The result for a finding that was fixed. It has no weight: a host that shows alerts must not show it as one."""
    kept = {key: value for key, value in result.items() if key != "fixes"}
    return {**kept, "kind": "informational", "level": "none"}


def _result(result: FileResult, finding: Finding, artifact: Object, rule_index: int, digest: str) -> Object:
    place = result.place(finding.start)
    physical: Object = {"artifactLocation": artifact}
    location: Object = {"physicalLocation": physical}
    said: Object = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"trainingPhase/v1": digest},
        "properties": {"severity": finding.severity.value, "keras": list(finding.keras)},
    }
    if place.cell is not None:
        # Rows of a cell are no rows of the file: they cannot be a region of it, nor can fixes be given in them.
        said["message"] = {"text": f"Cell {place.cell}, line {place.row}: {finding.message}"}
        location["logicalLocations"] = [{"name": f"cell {place.cell}", "kind": "module"}]
        return said
    physical["region"] = _region(result, finding.start, finding.end)
    if finding.related is not None:
        there = {"artifactLocation": artifact, "region": _region(result, finding.related.start, finding.related.end)}
        said["relatedLocations"] = [{"physicalLocation": there, "message": {"text": finding.related.message}}]
    if finding.fix is not None:
        replacements = [_replacement(result, edit) for edit in finding.fix.edits]
        said["fixes"] = [
            {
                "description": {"text": finding.fix.message},
                "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
                "properties": {"applicability": finding.fix.applicability.value},
            }
        ]
    return said


def _replacement(result: FileResult, edit: Edit) -> Object:
    deleted = _region(result, edit.start, edit.end)
    return {"deletedRegion": deleted, "insertedContent": {"text": edit.content}}


def _region(result: FileResult, start: Position, end: Position) -> Object:
    first, last = result.place(start), result.place(end)
    return {
        "startLine": first.row,
        "startColumn": first.column + 1,
        "endLine": last.row,
        "endColumn": last.column + 1,
    }


def _artifact(path: str) -> Object:
    if PurePath(path).is_absolute():
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": _ROOT}


def _notification(error: FileError) -> Object:
    artifact = _artifact(below_root(error.path, "GITHUB_WORKSPACE"))
    return {
        "level": "error",
        "message": {"text": error.message},
        "locations": [{"physicalLocation": {"artifactLocation": artifact}}],
    }
