"""Maps in the format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_training_phase.configuration.errors import SettingsError
from flake8_training_phase.maps.model import Map
from flake8_training_phase.output.maps.text import TextStyle, text

FORMATS = ("text", "html", "svg", "mermaid", "json")
NOT_ASCII = "╭│├╰▶─·←…"
"""What text has that not every terminal can show."""


def shown(maps: Sequence[Map], output_format: str, style: TextStyle) -> str:
    """The maps, with a line end. Raises SettingsError for a format that shows one when there are several."""
    if output_format == "text":
        return "\n".join(text(one, style) for one in maps)
    if output_format == "json":
        from flake8_training_phase.output.maps.json import as_json

        return as_json(maps)
    if output_format == "html":
        from flake8_training_phase.output.maps.html import as_html

        return as_html(maps)
    if len(maps) > 1:
        names = ", ".join(one.name for one in maps)
        raise SettingsError(f"{output_format} shows one class, named as PATH::CLASS; there are {names}")
    if output_format == "svg":
        from flake8_training_phase.output.maps.svg import as_svg

        return as_svg(maps[0], style.full)
    from flake8_training_phase.output.maps.mermaid import as_mermaid

    return as_mermaid(maps[0], style.full)
