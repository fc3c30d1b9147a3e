"""--write-baseline and --baseline: what is known is neither reported nor fixed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import FIXED_MODEL, FORGETFUL, MODEL, Result, returning
from tests.output_examples import OUTPUT_PAGE

Fix = Callable[..., Result]


def test_known_findings_are_not_reported(model: Path, fix: Fix) -> None:
    assert fix("--write-baseline", "known.json", ".") == Result(
        0, "1 file checked, 1 finding written to known.json\n", ""
    )
    assert model.read_text() == MODEL
    assert fix("--check", "--baseline", "known.json", ".") == Result(
        0, "All checks passed (1 file checked, 1 known from the baseline)\n", ""
    )
    (model.parent / "new.py").write_text(FORGETFUL)
    found = fix("--check", "--baseline", "known.json", "--output-format", "concise", ".")
    assert found.code == 1
    assert [line.partition(" [*]")[0] for line in found.lines] == [
        "new.py:10:16: KTP202",
        "2 files checked, 1 finding (1 with a safe fix), 1 known from the baseline",
    ]


def test_the_file(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text(returning("[self.drop(x),  self.drop(x)]"))
    (tmp_path / "a.py").write_text(MODEL)
    fix("--write-baseline", "known.json", "src", "a.py")
    text = (tmp_path / "known.json").read_text()
    assert json.loads(text) == {
        "version": 1,
        "findings": {
            "a.py": [{"code": "KTP101", "scope": "Model.call", "line": "def call(self, x):", "count": 1}],
            "src/model.py": [
                {
                    "code": "KTP202",
                    "scope": "Model.call",
                    "line": "return [self.drop(x), self.drop(x)]",
                    "count": 2,
                }
            ],
        },
    }
    assert text.endswith("}\n")
    # The order of files does not matter.
    fix("--write-baseline", "known.json", "a.py", "src")
    assert (tmp_path / "known.json").read_text() == text


def test_the_file_in_the_documentation(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "model.py").write_text(FORGETFUL)
    fix("--write-baseline", "known.json", ".")
    assert f"```json\n{(tmp_path / 'known.json').read_text()}```" in OUTPUT_PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        (f"# A line above.\n\n{FORGETFUL}", 0),
        (FORGETFUL.replace("\n", "\r\n"), 0),
        (FORGETFUL.replace("    ", "  "), 0),
        # A line that was touched is looked at anew, and so is one more of the same.
        (FORGETFUL.replace("return self", "return 1 + self"), 1),
        (FORGETFUL.replace("class Model", "class Other"), 1),
        (FORGETFUL.replace("        return", "        if x:\n            return self.drop(x)\n        return"), 1),
    ],
    ids=["moved", "line_ends", "indented", "another_line", "another_class", "one_more"],
)
def test_what_is_known_after_a_change(changed: str, left: int, tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "model.py"
    path.write_text(FORGETFUL)
    fix("--write-baseline", "known.json", ".")
    path.write_bytes(changed.encode())
    assert len(json.loads(fix("--check", "--baseline", "known.json", "--output-format", "json", ".").out)) == left


def test_what_is_gone_is_dropped_from_a_new_baseline(model: Path, fix: Fix) -> None:
    (model.parent / "other.py").write_text(FORGETFUL)
    fix("--write-baseline", "known.json", ".")
    model.write_text(FIXED_MODEL)
    fix("--write-baseline", "known.json", ".")
    known = json.loads((model.parent / "known.json").read_text())
    assert list(known["findings"]) == ["other.py"]


def test_files_are_named_relative_to_the_baseline(model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    fix("--write-baseline", "known.json", ".")
    below = model.parent / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert fix("--check", "--baseline", "../known.json", "..").code == 0
    assert fix("--check", "--baseline", model.parent / "known.json", model).code == 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_is_known_is_not_fixed(jobs: str, model: Path, fix: Fix, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flake8_training_phase.runs.parallel.SMALL_RUN", 0)
    fix("--write-baseline", "known.json", ".")
    new = model.with_name("new.py")
    new.write_text(MODEL)
    options = ("--baseline", "known.json", "-j", jobs)
    line = "2 files checked, 1 finding {}, 0 left, 1 known from the baseline"
    wanted = fix("--diff", *options, ".")
    assert wanted.err.splitlines()[-1] == line.format("would be fixed")
    assert "model.py" not in wanted.out
    assert fix(*options, ".") == Result(0, line.format("fixed") + "\n", "")
    assert model.read_text() == MODEL
    assert new.read_text() == FIXED_MODEL
    # Without the baseline it can be fixed, whatever the cache remembers.
    assert fix(".").code == 0
    assert model.read_text() == FIXED_MODEL


def test_new_findings_are_fixed_beside_known_ones(tmp_path: Path, fix: Fix) -> None:
    path = tmp_path / "model.py"
    path.write_text(returning("self.drop(x)"))
    fix("--write-baseline", "known.json", ".")
    path.write_text(returning("self.drop(x)").replace("        return", "        x = self.drop(2 * x)\n        return"))
    fix("--baseline", "known.json", ".")
    assert path.read_text().splitlines()[-2:] == [
        "        x = self.drop(2 * x, training=training)",
        "        return self.drop(x)",
    ]


def test_standard_input(model: Path, fix: Fix) -> None:
    fix("--write-baseline", "known.json", ".")
    done = fix("--baseline", "known.json", "-", "--stdin-filename", "model.py", stdin=MODEL.encode())
    assert done == Result(0, MODEL, "All checks passed (1 file checked, 1 known from the baseline)\n")


def test_comments_for_what_is_new(model: Path, fix: Fix) -> None:
    fix("--write-baseline", "known.json", ".")
    new = model.with_name("new.py")
    new.write_text(MODEL)
    fix("--baseline", "known.json", "--add-noqa", ".")
    assert "noqa" not in model.read_text()
    assert "# noqa: KTP101" in new.read_text()


def test_a_file_that_cannot_be_analysed_can_be_known(tmp_path: Path, fix: Fix) -> None:
    (tmp_path / "broken.py").write_text("def call(:import\n")
    fix("--write-baseline", "known.json", ".")
    assert fix("--check", "--baseline", "known.json", ".").code == 0


# Mistakes


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"version": 2, "findings": {}}',
        '{"version": 1, "findings": []}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101"}]}}',
        '{"version": 1, "findings": {"model.py": "KTP101"}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": "", "count": 1e999}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": "", "count": "2"}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": 1, "scope": "", "line": "", "count": 2}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": null, "line": "", "count": 2}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": [], "count": 2}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": "", "count": -5}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": "", "count": 0}]}}',
        '{"version": 1, "findings": {"model.py": [{"code": "KTP101", "scope": "", "line": "", "count": true}]}}',
        '{"version": 1, "findings": ' + "[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_baseline(content: str | bytes, model: Path, fix: Fix) -> None:
    (model.parent / "known.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = fix("--baseline", "known.json", ".")
    assert done == Result(2, "", "training-phase-fix: known.json: is not a baseline, or not one of this version\n")
    assert model.read_text() == MODEL


def test_a_baseline_that_is_not_there(model: Path, fix: Fix) -> None:
    assert fix("--baseline", "gone.json", ".") == Result(
        2, "", "training-phase-fix: gone.json: cannot be read: No such file or directory\n"
    )
    assert model.read_text() == MODEL


def test_a_baseline_that_cannot_be_written(model: Path, fix: Fix) -> None:
    done = fix("--write-baseline", "gone/known.json", ".")
    assert done == Result(2, "", "gone/known.json: cannot be written: No such file or directory\n")


@pytest.mark.parametrize(
    "options",
    [
        ["--check"],
        ["--diff"],
        ["--add-noqa"],
        ["--baseline", "known.json"],
        ["--output-format", "json"],
        ["--output-file", "report.txt"],
    ],
)
def test_a_baseline_is_written_and_nothing_else_done(options: list[str], model: Path, fix: Fix) -> None:
    done = fix("--write-baseline", "known.json", *options, ".")
    assert (done.code, done.out) == (2, "")
    assert list(model.parent.iterdir()) == [model]
