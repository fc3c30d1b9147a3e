"""One JSON object in each line, the same as in the array of the format `json`."""

from __future__ import annotations

import json
from typing import TextIO

from flake8_training_phase.output.report import Report
from flake8_training_phase.reporters.json import as_object

FOR_PROGRAMS = True


def write(report: Report, stream: TextIO) -> None:
    """The findings, an object each."""
    for found in report.findings():
        print(json.dumps(as_object(*found)), file=stream)
