"""The fixes as commands of libcst's codemod tool.

`python -m libcst.tool codemod -x flake8_training_phase.codemods.FixTrainingPhase src` applies the fixes of all rules,
`FixKTP202` in its place those of one. libcst reads and writes the files, in processes of its own; what is fixed is what
`training-phase-fix` fixes, and `# noqa` and the settings of the nearest pyproject.toml are honoured. Each file is fixed
by itself: where a fix in one file makes another possible, a second run applies it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import ClassVar

import libcst as cst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from flake8_training_phase import engine
from flake8_training_phase.codes import rule_name
from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.configuration.kinds import Codes, split
from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.sources.parsing import AnalysisError
from flake8_training_phase.sources.text import SourceText

RULES_WITH_FIXES = (
    *("KTP101", "KTP102", "KTP103", "KTP104", "KTP105", "KTP106", "KTP107", "KTP109"),
    *("KTP201", "KTP202", "KTP203", "KTP204", "KTP205", "KTP206", "KTP207", "KTP208", "KTP209"),
    *("KTP210", "KTP211", "KTP214", "KTP215", "KTP216", "KTP217", "KTP219"),
    *("KTP301", "KTP302", "KTP303", "KTP305", "KTP306"),
    *("KTP401", "KTP402", "KTP403", "KTP404", "KTP406", "KTP407"),
)
"""The codes of the rules that have a command of their own: `FixKTP101` and so on."""


class _Fix(CodemodCommand):
    """Applies fixes to one module."""

    def __init__(
        self,
        context: CodemodContext,
        select: list[str] | None = None,
        unsafe_fixes: bool = False,
        isolated: bool = False,
    ) -> None:
        super().__init__(context)
        self._unsafe_fixes = unsafe_fixes
        self._configuration = Configuration({} if select is None else {"select": select}, isolated=isolated)

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add the options that all commands have."""
        arg_parser.add_argument("--unsafe-fixes", action="store_true", help="apply unsafe fixes as well")
        arg_parser.add_argument("--isolated", action="store_true", help="read no settings from files")

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """The module with its fixes. Raises SkipFile for one that cannot be analysed."""
        name = self.context.filename or "-"
        settings = self._configuration.for_file(Path(name))
        try:
            fixed = engine.fix(SourceText(tree.code), settings, name, unsafe=self._unsafe_fixes)
        except AnalysisError as error:
            raise SkipFile(f"not analysed: {error}") from error
        for finding in fixed.remaining:
            self.warn(f"line {finding.start.row}: {finding.code} {finding.message}")
        return cst.parse_module(fixed.text, config=tree.config_for_parsing) if fixed.made else tree


class FixTrainingPhase(_Fix):
    """Applies the fixes of all rules, or of those that are selected."""

    DESCRIPTION = "Fix lost `training` flags in Keras code."

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        _Fix.add_args(arg_parser)
        help = "codes of rules, or prefixes of codes, to fix instead of those that are on by default"
        arg_parser.add_argument("--select", type=_selection, metavar="CODES", help=help)


class _FixOfOneRule(_Fix):
    code: ClassVar[str]

    def __init__(self, context: CodemodContext, unsafe_fixes: bool = False, isolated: bool = False) -> None:
        super().__init__(context, [self.code], unsafe_fixes, isolated)


def _selection(text: str) -> list[str]:
    try:
        return [Codes().one("select", code) for code in split(text)]
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _command(code: str) -> type[_FixOfOneRule]:
    """The command for one rule; as an attribute of this module, so that libcst's processes find it."""
    description = f"Apply the fixes of {code} {rule_name(code)}."
    attributes = {"code": code, "DESCRIPTION": description, "__doc__": description, "__module__": __name__}
    return type(f"Fix{code}", (_FixOfOneRule,), attributes)


globals().update({f"Fix{code}": _command(code) for code in RULES_WITH_FIXES})
