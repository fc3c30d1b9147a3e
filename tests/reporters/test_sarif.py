"""SARIF: valid under its schema, with rules, places and fixes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flake8_training_phase.reporters import reporter
from tests.helpers import FORGETFUL, HEAD, MISNAMED, MODEL, Result, returning
from tests.reporters.conftest import MESSAGE, Check, in_a_notebook

Fix = Callable[..., Result]

SCHEMA = json.loads((Path(__file__).parents[1] / "data" / "sarif-2.1.0-errata01.json").read_text(encoding="utf-8"))


def sarif(done: Result) -> dict[str, Any]:
    """The one run of a log, which is valid."""
    return valid_run(done.out)


def valid_run(text: str) -> dict[str, Any]:
    log = json.loads(text)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return run  # type: ignore[no-any-return]


def test_sarif(check: Check) -> None:
    run = sarif(check("sarif", {"src/model.py": FORGETFUL}))
    (result,) = run["results"]
    assert len(result.pop("partialFingerprints")["trainingPhase/v1"]) == 64
    artifact = {"uri": "src/model.py", "uriBaseId": "%SRCROOT%"}
    place = {"startLine": 10, "startColumn": 27, "endLine": 10, "endColumn": 27}
    assert result == {
        "ruleId": "KTP202",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": MESSAGE},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": artifact,
                    "region": {"startLine": 10, "startColumn": 16, "endLine": 10, "endColumn": 28},
                }
            }
        ],
        "properties": {"severity": "fragile", "keras": [2, 3]},
        "fixes": [
            {
                "description": {"text": "Pass `training=training`"},
                "artifactChanges": [
                    {
                        "artifactLocation": artifact,
                        "replacements": [{"deletedRegion": place, "insertedContent": {"text": ", training=training"}}],
                    }
                ],
                "properties": {"applicability": "safe"},
            }
        ],
    }


def test_sarif_describes_the_rules(check: Check) -> None:
    run = sarif(check("sarif", {"a.py": MODEL, "b.py": FORGETFUL, "c.py": "def call(:import\n"}))
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["defaultConfiguration"]["level"]) for rule in rules] == [
        ("KTP101", "error"),
        ("KTP202", "warning"),
        ("KTP900", "error"),
    ]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
    forgotten = rules[1]
    assert forgotten["name"] == "training-not-forwarded"
    assert forgotten["shortDescription"]["text"].startswith("A layer that behaves differently in training")
    assert forgotten["fullDescription"]["text"].startswith("Reports the call of a mode-dependent layer")
    assert "## Fix safety" in forgotten["help"]["markdown"]


def test_sarif_of_errors_and_of_nothing(check: Check) -> None:
    run = sarif(check("sarif", {"good.py": HEAD}, "good.py", "gone.py"))
    assert run["results"] == run["tool"]["driver"]["rules"] == []
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (said,) = invocation["toolExecutionNotifications"]
    assert said["message"]["text"] == "cannot be read: No such file or directory"
    assert said["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "gone.py"
    assert sarif(check("sarif", {}, "good.py"))["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(("name", "uri"), [("a b#.py", "a%20b%23.py"), ("ü.py", "%C3%BC.py"), ("a:b.py", "a%3Ab.py")])
def test_sarif_names_files_by_uris(name: str, uri: str, check: Check) -> None:
    (result,) = sarif(check("sarif", {name: FORGETFUL}))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_sarif_of_a_file_elsewhere(check: Check, tmp_path: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    check("sarif", {"a/model.py": FORGETFUL, "b/model.py": FORGETFUL})
    monkeypatch.chdir(tmp_path / "a")
    (result,) = sarif(fix("--check", "--isolated", "--output-format", "sarif", "../b"))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": (tmp_path / "b" / "model.py").as_uri()}


def test_sarif_of_a_notebook_tells_no_lines_of_the_file() -> None:
    stream = io.StringIO()
    reporter("sarif").write(in_a_notebook(FORGETFUL), stream)
    (result,) = valid_run(stream.getvalue())["results"]
    (location,) = result["locations"]
    assert location["logicalLocations"] == [{"name": "cell 3", "kind": "module"}]
    assert set(location["physicalLocation"]) == {"artifactLocation"}
    assert "fixes" not in result


def replaced(text: str, replacements: list[dict[str, Any]]) -> str:
    """The text after replacements in SARIF's terms, made by hand: from the last to the first."""
    lines = text.split("\n")

    def start(one: dict[str, Any]) -> tuple[int, int]:
        return one["deletedRegion"]["startLine"], one["deletedRegion"]["startColumn"]

    for one in sorted(replacements, key=start, reverse=True):
        region = one["deletedRegion"]
        before = lines[region["startLine"] - 1][: region["startColumn"] - 1]
        after = lines[region["endLine"] - 1][region["endColumn"] - 1 :]
        new = (before + one["insertedContent"]["text"] + after).split("\n")
        lines[region["startLine"] - 1 : region["endLine"]] = new
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        MODEL,
        MISNAMED,
        returning("['😀', self.drop('ü')]"),
        returning("self.drop(\n            x,  # comment\n        )"),
        returning("self.drop(\n            x  # comment\n        )"),
    ],
)
def test_fixes_in_sarif_made_by_hand_give_the_fixers_text(text: str, fix: Fix) -> None:
    (result,) = sarif(fix("--check", "--output-format", "sarif", "-", stdin=text.encode()))["results"]
    ((change,),) = (made["artifactChanges"] for made in result["fixes"])
    assert replaced(text, change["replacements"]) == fix("--unsafe-fixes", "-", stdin=text.encode()).out
