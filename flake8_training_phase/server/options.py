"""What an editor sets for the server, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flake8_training_phase.configuration.errors import SettingsError, nearest
from flake8_training_phase.findings import Severity

LEVELS = {"error": 1, "warning": 2, "information": 3, "hint": 4, "off": 0}
"""How an editor can show a finding, by the numbers of the protocol; `off` shows none."""

_DEFAULTS = {Severity.BUG: "error", Severity.FRAGILE: "warning", Severity.LEGACY: "information"}
_KEYS = ("settings", "severity")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a client."""

    settings: Mapping[str, object] = field(default_factory=dict)
    """Those of `[tool.training-phase]`, which they go before."""
    severity: Mapping[Severity, str] = field(default_factory=lambda: dict(_DEFAULTS))
    """How each kind of finding is shown."""

    @classmethod
    def read(cls, given: object) -> Options:
        """The options in what a client sends. Raises SettingsError."""
        table = _table("the options", given)
        for key in table:
            if key not in _KEYS:
                raise SettingsError(f"unknown option `{key}`{nearest(key, _KEYS)}")
        return cls(_table("settings", table.get("settings")), _severity(_table("severity", table.get("severity"))))

    def level(self, severity: Severity) -> int:
        """How a finding is shown; 0 when it is not."""
        return LEVELS[self.severity[severity]]


def _severity(table: Mapping[str, object]) -> dict[Severity, str]:
    found = dict(_DEFAULTS)
    kinds = [one.value for one in Severity]
    for key, value in table.items():
        if key not in kinds:
            raise SettingsError(f"severity: unknown kind of finding `{key}`{nearest(key, kinds)}")
        if value not in LEVELS:
            raise SettingsError(f"severity: {key} must be one of {', '.join(LEVELS)}, not `{value}`")
        found[Severity(key)] = str(value)
    return found


def _table(name: str, given: object) -> Mapping[str, object]:
    if given is None or given == []:  # Neovim sends an empty Lua table as a list.
        return {}
    if not isinstance(given, Mapping):
        raise SettingsError(f"{name} must be a table, not `{given}`")
    return given
