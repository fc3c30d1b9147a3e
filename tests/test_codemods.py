"""The fixes as commands of libcst, through libcst's own tool and its test case."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest
from libcst.codemod import CodemodContext, CodemodTest

from flake8_training_phase import codemods
from flake8_training_phase.rules import all_rules
from tests.generate_docs import fix_kind
from tests.helpers import FIXED_MODEL, FORGETFUL, MISNAMED, MODEL, Result, returning, run
from tests.rule_examples import bad_examples

ALL = "flake8_training_phase.codemods.FixTrainingPhase"


class TestFixTrainingPhase(CodemodTest):
    TRANSFORM = codemods.FixTrainingPhase

    def test_safe_fixes(self) -> None:
        self.assertCodemod(MODEL, FIXED_MODEL)
        self.assertCodemod(FIXED_MODEL, FIXED_MODEL)

    def test_unsafe_fixes(self) -> None:
        self.assertCodemod(MISNAMED, MISNAMED)
        self.assertCodemod(MISNAMED, MISNAMED.replace("is_training", "training"), unsafe_fixes=True)

    def test_selection(self) -> None:
        both = f"{MODEL}\n\n{FORGETFUL}"
        self.assertCodemod(both, f"{FIXED_MODEL}\n\n{FORGETFUL}", select=["KTP1"])

    def test_noqa(self) -> None:
        silenced = returning("self.drop(x)  # noqa: KTP202")
        self.assertCodemod(silenced, silenced)


class TestFixKTP202(CodemodTest):
    TRANSFORM = codemods.FixKTP202  # type: ignore[attr-defined]

    def test_one_rule(self) -> None:
        fixed = FORGETFUL.replace("drop(x)", "drop(x, training=training)")
        self.assertCodemod(f"{MODEL}\n\n{FORGETFUL}", f"{MODEL}\n\n{fixed}")


def test_each_rule_with_fixes_has_a_command() -> None:
    assert [rule.code for rule in all_rules() if fix_kind(rule) != "none"] == list(codemods.RULES_WITH_FIXES)


@pytest.mark.parametrize("code", codemods.RULES_WITH_FIXES)
def test_the_command_of_a_rule_fixes_its_example(code: str) -> None:
    [rule] = [rule for rule in all_rules() if rule.code == code]
    command = getattr(codemods, f"Fix{code}")(CodemodContext(), unsafe_fixes=True)
    assert code in command.DESCRIPTION
    example = next(one for one in bad_examples(code) if one.fixed is not None)
    by_one = command.transform_module(cst.parse_module(example.bad))
    assert by_one.code != example.bad
    # Where one fix makes that of another rule possible, it is left to it.
    by_all = codemods.FixTrainingPhase(CodemodContext(), unsafe_fixes=True)
    everything = codemods.FixTrainingPhase(CodemodContext(), select=["ALL"], unsafe_fixes=True)
    fixer = by_all if rule.on_by_default else everything
    assert fixer.transform_module(by_one).code == example.fixed


# Through the tool


def tool(folder: Path, *arguments: str, stdin: bytes | None = None) -> Result:
    return run("libcst.tool", "codemod", "-x", *arguments, cwd=folder, stdin=stdin)


def test_all_fixes_through_the_tool(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    model, misnamed = tmp_path / "src" / "model.py", tmp_path / "src" / "misnamed.py"
    model.write_bytes(MODEL.replace("\n", "\r\n").encode())
    misnamed.write_text(MISNAMED)
    done = tool(tmp_path, ALL, "src", "--no-format")
    assert done.code == 0, done.err
    assert "Transformed 2 files successfully" in done.err
    assert model.read_bytes() == FIXED_MODEL.replace("\n", "\r\n").encode()
    assert misnamed.read_text() == MISNAMED
    assert tool(tmp_path, ALL, "src", "--no-format", "--unsafe-fixes").code == 0
    assert "is_training" not in misnamed.read_text()


def test_one_rule_through_the_tool(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(MODEL)
    (tmp_path / "b.py").write_text(FORGETFUL)
    assert tool(tmp_path, "flake8_training_phase.codemods.FixKTP202", ".", "--no-format").code == 0
    assert (tmp_path / "a.py").read_text() == MODEL
    assert "training=training" in (tmp_path / "b.py").read_text()
    assert tool(tmp_path, ALL, ".", "--no-format", "--select", "KTP2").code == 0
    assert (tmp_path / "a.py").read_text() == MODEL


def test_settings_of_the_project_hold(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.training-phase]\nkeras-versions = '2'\n")
    (tmp_path / "a.py").write_text(MODEL)
    tool(tmp_path, ALL, "a.py", "--no-format")
    assert (tmp_path / "a.py").read_text() == MODEL
    tool(tmp_path, ALL, "a.py", "--no-format", "--isolated")
    assert (tmp_path / "a.py").read_text() == FIXED_MODEL


def test_standard_input_and_diff(tmp_path: Path) -> None:
    done = tool(tmp_path, ALL, "-", "--no-format", "-u", "1", stdin=MODEL.encode())
    assert "+    def call(self, x, training=None):" in done.out


def test_a_code_that_no_rule_has(tmp_path: Path) -> None:
    done = tool(tmp_path, ALL, ".", "--select", "KTP2O2")
    assert done.code == 2
    assert "no rule has the code `KTP2O2`; did you mean `KTP202`?" in done.err
