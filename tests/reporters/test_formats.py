"""What each output format looks like, and that programs can read it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flake8_training_phase import documentation, engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.output.formats import formats
from flake8_training_phase.output.report import Report
from flake8_training_phase.reporters import reporter
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FORGETFUL, HEAD, MISNAMED, MODEL, Result, returning
from tests.output_examples import OUTPUT_PAGE, ROOT, with_output_examples
from tests.reporters.conftest import MESSAGE, Check, in_a_notebook

Fix = Callable[..., Result]

TWICE = returning("self.drop(x) + self.drop(x)")


def shown(output_format: str, report: Report) -> str:
    stream = io.StringIO()
    reporter(output_format).write(report, stream)
    return stream.getvalue()


# All formats


def test_a_format_is_a_file(fix: Fix) -> None:
    expected = ["concise", "github", "gitlab", "json", "json-lines", "junit", "sarif", "statistics", "text"]
    assert formats() == expected
    assert f"{{{','.join(expected)}}}" in fix("--help").out


def test_the_documentation_shows_every_format_as_it_is() -> None:
    page = OUTPUT_PAGE.read_text(encoding="utf-8")
    assert with_output_examples(page) == page, "run `python -m tests.generate_docs`"
    assert re.findall("^<!-- (.+) -->$", page, re.MULTILINE) == re.findall("^### ([a-z-]+)$", page, re.MULTILINE)


@pytest.mark.parametrize("name", ["github", "gitlab", "json", "json-lines", "junit", "sarif"])
def test_nothing_but_the_report_stands_in_what_programs_read(name: str, fix: Fix, tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    done = fix("--check", "--output-format", name, "model.py", "gone.py")
    assert "file checked" not in done.out
    assert (done.code, done.err) == (2, "gone.py: cannot be read: No such file or directory\n")


@pytest.mark.parametrize("name", ["github", "gitlab", "json", "json-lines", "junit", "sarif"])
def test_programs_get_the_page_of_the_rule(
    name: str, fix: Fix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    command = ("--check", "--output-format", name, "model.py")
    assert f"{ROOT.as_uri()}/docs/rules/KTP101.md" in fix(*command).out
    monkeypatch.setattr(documentation, "BASE", "https://docs.example/")
    assert "https://docs.example/rules/KTP101.html" in fix(*command).out


@pytest.mark.parametrize("name", ["github", "gitlab", "json", "json-lines", "junit", "sarif"])
def test_a_report_of_standard_input_has_standard_output_for_itself(name: str, fix: Fix) -> None:
    asked = ("--output-format", name, "-", "--stdin-filename", "model.py")
    assert fix(*asked, stdin=MODEL.encode()) == fix("--check", *asked, stdin=MODEL.encode())


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("text", "model.ipynb:cell 3:3:16: KTP202"),
        ("text", "    3 |         return self.drop(x)"),
        ("concise", "model.ipynb:cell 3:3:16: KTP202"),
        ("json", '"location": {\n      "cell": 3,\n      "row": 3,\n      "column": 16\n    }'),
        ("json-lines", '"edits": [{"content": ", training=training", "location": {"cell": 3, "row": 3, "column": 27}'),
        # Where only lines of the file can be told, the words say where.
        ("github", "::warning file=model.ipynb,title=KTP202 training-not-forwarded::model.ipynb:cell 3:3:16: KTP202"),
        ("gitlab", '"begin": 1'),
        ("junit", 'classname="model.ipynb" file="model.ipynb">'),
        ("sarif", '"text": "Cell 3, line 3: `self.drop`'),
    ],
)
def test_places_in_a_notebook(name: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place in shown(name, in_a_notebook(FORGETFUL))


# For people


def test_concise(check: Check) -> None:
    assert check("concise", {"a.py": FORGETFUL, "b.py": MISNAMED}).lines == [
        f"a.py:10:16: KTP202 [*] {MESSAGE}",
        "b.py:9:23: KTP103 [unsafe fix] `Model.call` takes `is_training`, which Keras never passes: "
        "it stays `False` in `fit()` and `predict()`. Rename it to `training`",
        "2 files checked, 2 findings (1 with a safe fix, 1 fixable only with --unsafe-fixes)",
    ]


def test_statistics(check: Check, fix: Fix) -> None:
    many = {"a.py": FORGETFUL, "b.py": MISNAMED, "c.py": TWICE, "d.py": returning("self.drop(i for i in x)")}
    expected = [
        "4  KTP202  training-not-forwarded          3 [*]",
        "1  KTP103  misnamed-training               1 [unsafe fix]",
        "4 files checked, 5 findings (3 with a safe fix, 1 fixable only with --unsafe-fixes, 1 without a fix)",
    ]
    assert check("statistics", many).lines == expected
    assert fix("--check", "--isolated", "--statistics", ".").lines == expected


def test_statistics_of_nothing(check: Check) -> None:
    assert check("statistics", {}) == Result(0, "", "No Python files found\n")


# JSON


def test_json_lines_are_the_entries_of_json(check: Check) -> None:
    texts = {"a.py": FORGETFUL, "b.py": MODEL, "c.py": TWICE}
    lines = [json.loads(line) for line in check("json-lines", texts).lines]
    assert len(lines) == 4
    assert lines == json.loads(check("json", texts).out)


# GitHub


def test_github(check: Check) -> None:
    texts = {"src/bug.py": MODEL, "src/fragile.py": returning("self.drop(\n            x)")}
    assert check("github", texts).lines == [
        "::error file=src/bug.py,line=9,col=5,endLine=9,endColumn=21,title=KTP101 model-without-training::"
        "src/bug.py:9:5: KTP101 `Model.call` takes no `training`, "
        "so `fit()` runs `self.drop` (Dropout, line 10) in inference mode in Keras 3. Add `training=None` "
        f"({documentation.rule_url('KTP101')})",
        # GitHub takes no columns for what is in several lines.
        "::warning file=src/fragile.py,line=10,endLine=11,title=KTP202 training-not-forwarded::"
        f"src/fragile.py:10:16: KTP202 {MESSAGE} ({documentation.rule_url('KTP202')})",
    ]


def test_github_escapes_what_ends_a_property_or_a_command(check: Check, tmp_path: Path) -> None:
    (line,) = check("github", {"50%, a:b\n.py": FORGETFUL}).lines
    assert line.startswith("::warning file=50%25%2C a%3Ab%0A.py,line=10,")
    assert "::50%25, a:b\\n.py:10:16: KTP202 " in line


def test_github_names_files_below_the_workspace(
    check: Check, tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch
) -> None:
    check("github", {"src/model.py": FORGETFUL})
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    for path in (tmp_path / "src" / "model.py", "src/model.py", "./src/../src/model.py"):
        assert fix("--check", "--isolated", "--output-format", "github", path).out.startswith(
            "::warning file=src/model.py,"
        )


# GitLab


def test_gitlab(check: Check) -> None:
    (issue,) = json.loads(check("gitlab", {"src/model.py": FORGETFUL}).out)
    assert len(issue.pop("fingerprint")) == 64
    assert issue == {
        "description": f"KTP202 {MESSAGE}",
        "check_name": "KTP202",
        "severity": "major",
        "location": {"path": "src/model.py", "lines": {"begin": 10, "end": 10}},
        "content": {"body": documentation.rule_url("KTP202")},
    }


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (f"# Another line.\n\n{FORGETFUL}", True),
        (FORGETFUL.replace("    ", "  "), True),
        (FORGETFUL.replace("\n", "\r\n"), True),
        (FORGETFUL.replace("class Model", "class Other"), False),
        (FORGETFUL.replace("return self", "return 1 + self"), False),
    ],
    ids=["moved", "indented", "line_ends", "another_class", "another_line"],
)
def test_a_fingerprint_stays_as_long_as_the_line_does(changed: str, same: bool, check: Check) -> None:
    def fingerprint(text: str) -> str:
        (issue,) = json.loads(check("gitlab", {"model.py": text}).out)
        return str(issue["fingerprint"])

    assert (fingerprint(FORGETFUL) == fingerprint(changed)) is same


def test_no_two_findings_have_the_same_fingerprint(check: Check) -> None:
    found = json.loads(check("gitlab", {"a.py": TWICE, "b.py": TWICE}).out)
    assert len({one["fingerprint"] for one in found}) == len(found) == 4


# JUnit


def test_junit(check: Check) -> None:
    done = check("junit", {"bad.py": FORGETFUL, "good.py": HEAD}, "bad.py", "good.py", "gone.py")
    suites = ElementTree.fromstring(done.out)
    assert suites.attrib == {"name": "flake8-training-phase", "tests": "2", "failures": "1", "errors": "1"}
    bad, gone = suites
    assert bad.attrib == {"name": "bad.py", "tests": "1", "failures": "1", "errors": "0"}
    (case,) = bad
    assert case.attrib == {
        "name": "KTP202 training-not-forwarded",
        "classname": "bad.py",
        "file": "bad.py",
        "line": "10",
    }
    (failure,) = case
    assert (failure.tag, failure.get("type"), failure.get("message")) == ("failure", "fragile", MESSAGE)
    assert failure.text == f"bad.py:10:16: KTP202 {MESSAGE}\n{documentation.rule_url('KTP202')}"
    assert gone.attrib == {"name": "gone.py", "tests": "1", "failures": "0", "errors": "1"}
    assert gone.find("testcase/error").text == "gone.py: cannot be read: No such file or directory"  # type: ignore[union-attr]


def test_junit_of_nothing_is_a_test_that_passed(check: Check) -> None:
    suites = ElementTree.fromstring(check("junit", {"good.py": HEAD}).out)
    assert (suites.get("tests"), suites.get("failures"), suites.get("errors")) == ("1", "0", "0")
    assert [child.tag for child in suites.findall("testsuite/testcase")] == ["testcase"]
    assert not suites.findall("testsuite/testcase/*")


@pytest.mark.parametrize("name", ['ü<&>".py', "a\x01b.py", "a\udce9b.py"])
def test_junit_is_xml_whatever_a_file_is_called(name: str) -> None:
    source = SourceText(FORGETFUL)
    document = Document(name, source)
    findings = tuple(engine.check(source, Settings(), "model.py"))
    out = shown("junit", Report([FileResult(Path(name), document, document, findings)]))
    assert out.isascii()
    expected = name.replace("\x01", r"\x01").replace("\udce9", r"\udce9")
    assert ElementTree.fromstring(out)[0].get("name") == expected
