"""What the tests of all formats need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Position
from flake8_training_phase.output.report import Report
from flake8_training_phase.results import FileResult
from flake8_training_phase.sources.document import DisplayPosition, Document
from flake8_training_phase.sources.text import SourceText
from tests.helpers import Result

Fix = Callable[..., Result]
Check = Callable[..., Result]

MESSAGE = (
    "`self.drop` (Dropout) is called without `training` and works only by inheriting the caller's mode. "
    "Pass `training=training`"
)
"""What is said of `FORGETFUL`."""


@pytest.fixture
def check(tmp_path: Path, fix: Fix) -> Callable[..., Result]:
    """Checks texts as files: `check("concise", {"model.py": FORGETFUL})`."""

    def checked(output_format: str, texts: dict[str, str], *options: object) -> Result:
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return fix("--check", "--isolated", "--output-format", output_format, *(options or ["."]))

    return checked


def in_a_notebook(text: str) -> Report:
    """The findings of a text whose lines from 8 on are cell 3."""

    class Notebook(Document):
        def place(self, position: Position) -> DisplayPosition:
            return DisplayPosition(position.row - 7, position.column, cell=3)

    source = SourceText(text)
    document = Notebook("model.ipynb", source)
    findings = tuple(engine.check(source, Settings(), "model.ipynb"))
    return Report([FileResult(Path("model.ipynb"), document, document, findings, examined=True)])
