"""The task of a run.

It can be pickled, as what comes of it can, so that files can be examined in other processes, or on other machines that
see the same files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from flake8_training_phase.adoption.baseline import EMPTY, Baseline
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.document import Document

File = tuple[Path, Settings]
"""A file to examine, and the settings that hold for it."""


class Fixes(Enum):
    """Which fixes are made."""

    NONE = "none"
    UNSEEN = "unseen"
    """None, and findings do not come with theirs: working them out takes longer than finding what they mend."""
    SAFE = "safe"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The task for every file in one round over the files."""

    token: str
    """Another one for each round of each run: what one round has read of a project is not kept for the next."""
    fixes: Fixes
    overlay: Mapping[Path, Document] = field(default_factory=dict)
    """Files as earlier rounds have made them, by absolute path; they are not written yet."""
    baseline: Baseline = EMPTY
    """The findings that are not to be fixed. They are results all the same."""
    explains: bool = False
    """Whether results hold what is unknown, and why."""


def new_assignment(
    fixes: Fixes,
    overlay: Mapping[Path, Document] | None = None,
    baseline: Baseline = EMPTY,
    explains: bool = False,
) -> Assignment:
    """The task of one more round."""
    return Assignment(os.urandom(16).hex(), fixes, overlay or {}, baseline, explains)
