"""JUnit XML, which many servers that run tests can show: a suite for each file, a failed case for each finding,
and one that has passed for each that was fixed."""

from __future__ import annotations

import re
from typing import TextIO
from xml.etree import ElementTree

from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Finding
from flake8_training_phase.output.report import FileError, Report, shown_place
from flake8_training_phase.results import FileResult

FOR_PROGRAMS = True

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""The characters that XML 1.0 cannot hold, not even escaped."""


def write(report: Report, stream: TextIO) -> None:
    """The suites as one document. A run that has found nothing is one case that has passed."""
    root = ElementTree.Element("testsuites", name="flake8-training-phase")
    was = {result.path: result for result in report.as_it_was()}
    for result in report.results:
        fixed = was[result.path].findings if result.path in was else ()
        if result.findings or fixed:
            suite = _suite(root, str(result.path), failures=len(result.findings), passed=len(fixed))
            for finding in result.findings:
                _failed_case(suite, result, finding)
            for finding in fixed:
                _case_at(suite, was[result.path], finding, "fixed: ")
    for error in report.errors:
        _error_case(_suite(root, str(error.path), errors=1), error)
    if not len(root):
        _case(_suite(root, "flake8-training-phase", passed=1), "no findings", "flake8-training-phase")
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    ElementTree.indent(root)
    # What is not ASCII is written as references, so that the text is right in whatever encoding the stream has.
    print(ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True).decode("ascii"), file=stream)


def _suite(
    root: ElementTree.Element, name: str, failures: int = 0, errors: int = 0, passed: int = 0
) -> ElementTree.Element:
    suite = ElementTree.SubElement(root, "testsuite", name=_legal(name))
    for total, count in (("tests", failures + errors + passed), ("failures", failures), ("errors", errors)):
        suite.set(total, str(count))
    return suite


def _case(suite: ElementTree.Element, name: str, of: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", name=_legal(name), classname=_legal(of))


def _case_at(
    suite: ElementTree.Element, result: FileResult, finding: Finding, before_name: str = ""
) -> ElementTree.Element:
    place = result.place(finding.start)
    case = _case(suite, f"{before_name}{finding.code} {finding.name}", str(result.path))
    case.set("file", _legal(str(result.path)))
    if place.cell is None:
        case.set("line", str(place.row))
    return case


def _failed_case(suite: ElementTree.Element, result: FileResult, finding: Finding) -> None:
    case = _case_at(suite, result, finding)
    failure = ElementTree.SubElement(case, "failure", type=finding.severity.value, message=_legal(finding.message))
    text = f"{shown_place(result, finding)}: {finding.code} {finding.message}"
    failure.text = _legal(f"{text}\n{rule_url(finding.code)}")


def _error_case(suite: ElementTree.Element, error: FileError) -> None:
    case = _case(suite, "read and write", str(error.path))
    ElementTree.SubElement(case, "error", message=_legal(error.message)).text = _legal(str(error))


def _legal(text: str) -> str:
    return _NO_XML.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
