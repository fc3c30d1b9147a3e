"""The command finds in `examples/` what their README says, and repairs them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from flake8_training_phase.cli import main

EXAMPLES = Path(__file__).parents[1] / "examples"

EXPECTED = {
    ("frozen_backbone.py", "KTP201"): 1,
    ("guarded_normalization.py", "KTP205"): 1,
    ("in_train_phase.py", "KTP404"): 1,
    ("layer_without_training.py", "KTP102"): 1,
    ("learning_phase.py", "KTP401"): 1,
    ("misnamed_training.py", "KTP103"): 1,
    ("no_training_parameter.py", "KTP101"): 1,
    ("not_forwarded.py", "KTP202"): 3,
    ("positional_training.py", "KTP203"): 1,
    ("super_call.py", "KTP209"): 1,
    ("training_loop.py", "KTP301"): 1,
}
"""How often each rule speaks of each file; the files that are not here are silent."""

UNSAFE = [
    ("guarded_normalization.py", "KTP205"),
    ("misnamed_training.py", "KTP103"),
    ("training_loop.py", "KTP301"),
]
"""What has an unsafe fix only."""


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """A copy of the examples that may be changed."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__")))


def findings(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict[str, object]]:
    """What the command reports."""
    main(["--isolated", "--output-format", "json", *map(str, arguments)])
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_expected_findings(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts: dict[tuple[str, object], int] = {}
    for one in findings(capsys, "--check", examples):
        key = Path(str(one["filename"])).name, one["code"]
        counts[key] = counts.get(key, 0) + 1
    assert counts == EXPECTED


def test_right_code_is_silent(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys, "--check", examples / "right.py") == []


def test_diff_changes_nothing(examples: Path) -> None:
    before = {path.name: path.read_bytes() for path in examples.iterdir()}
    assert main(["--isolated", "--diff", str(examples)]) == 1
    assert {path.name: path.read_bytes() for path in examples.iterdir()} == before


def test_safe_fixes_leave_only_the_unsafe_ones(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = [one for one in findings(capsys, examples) if not one["fixed"]]
    assert [(Path(str(one["filename"])).name, one["code"]) for one in left] == UNSAFE


def test_all_fixes_leave_nothing_to_fix(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = findings(capsys, "--unsafe-fixes", examples)
    assert [one for one in left if not one["fixed"] and one["fix"] is not None] == []
    assert main(["--isolated", "--diff", "--unsafe-fixes", str(examples)]) == 0
    assert "+++" not in capsys.readouterr().out


def test_fixed_files_compile(examples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--isolated", "--unsafe-fixes", str(examples)])
    for path in examples.glob("*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")


def test_readme_has_a_row_for_each_file() -> None:
    rows = re.findall(r"^\| `(\w+\.py)` \| .* \|(.*)\|$", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE)
    assert {name for name, _ in rows} == {path.name for path in EXAMPLES.glob("*.py")}
    assert {(name, codes.strip()) for name, codes in rows if codes.strip()} == set(EXPECTED)


def test_main_readme_quotes_a_real_finding(capsys: pytest.CaptureFixture[str]) -> None:
    readme = " ".join((EXAMPLES.parent / "README.md").read_text(encoding="utf-8").split())
    (one,) = findings(capsys, "--check", EXAMPLES / "frozen_backbone.py")
    place = one["location"]
    assert isinstance(place, dict)
    assert f"frozen_backbone.py:{place['row']}:{place['column']}: {one['code']} {one['message']}" in readme


def test_no_configuration_or_suppression_stands_there() -> None:
    assert {path.suffix for path in EXAMPLES.iterdir() if path.is_file()} <= {".py", ".md"}
    assert not any("noqa" in path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py"))
