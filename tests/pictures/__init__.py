"""The pictures of the documentation, drawn from data; `python -m tests.generate_docs` writes them."""

from __future__ import annotations

from pathlib import Path

from tests.pictures.leaked_flag import leaked_flag
from tests.pictures.monte_carlo import monte_carlo
from tests.pictures.stack_and_slot import stack_and_slot
from tests.pictures.way_of_the_flag import way_of_the_flag

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"


def pictures() -> dict[Path, str]:
    """Every picture, by its file."""
    drawn = {
        "stack-and-slot": stack_and_slot(),
        "way-of-the-flag": way_of_the_flag(),
        "leaked-flag": leaked_flag(),
        "monte-carlo-dropout": monte_carlo(),
    }
    return {FOLDER / f"{name}.svg": picture for name, picture in drawn.items()}
