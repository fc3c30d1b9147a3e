"""One JSON object in each line, the same as in the array of the format `json`."""

from __future__ import annotations

import json
from typing import TextIO

from flake8_training_phase.output.report import Report
from flake8_training_phase.reporters.json import objects

FOR_PROGRAMS = True


def write(report: Report, stream: TextIO) -> None:
    """The findings, an object each."""
    for one in objects(report):
        print(json.dumps(one), file=stream)
