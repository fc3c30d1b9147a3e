"""`--explain` and `--list-rules`: what is known of the rules, for people or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_training_phase import codes
from flake8_training_phase.configuration.errors import SettingsError, no_such_rule
from flake8_training_phase.documentation import rule_url
from flake8_training_phase.findings import Severity

_PAGE_OF_BROKEN_FILE = """\
A file cannot be read, parsed or followed.

## What it does

Reports a file, or a cell of a notebook, that was not analysed: nothing else is reported in it, and nothing is fixed.
The message says why: a syntax error, bytes that are not in the declared encoding, code that is nested too deeply, or
an error of the checker itself, which should be reported.

It is selected and ignored like a rule: `ignore = ["KTP900"]`."""


@dataclass(frozen=True, slots=True)
class RulePage:
    """What is known of a rule."""

    code: str
    name: str
    severity: Severity
    on_by_default: bool
    summary: str
    page: str


def rule_pages() -> tuple[RulePage, ...]:
    """Every rule, in the order of their codes."""
    from flake8_training_phase.rules import all_rules  # The analysis comes with them.

    return tuple(
        RulePage(one.code, one.name, one.severity, one.on_by_default, one.summary, one.page) for one in all_rules()
    )


def explained(word: str, output_format: str) -> str:
    """The pages of the rules that are meant by a code, a name, a prefix of codes, or `ALL`. Raises SettingsError."""
    summary = _PAGE_OF_BROKEN_FILE.partition("\n")[0]
    broken = RulePage(
        codes.CODE_OF_BROKEN_FILE, codes.NAME_OF_BROKEN_FILE, Severity.BUG, True, summary, _PAGE_OF_BROKEN_FILE
    )
    every = (*rule_pages(), broken)
    found = [one for one in every if word.lower() == one.name or codes.matches(one.code, (word.upper(),))]
    if not word or not found:
        raise SettingsError(no_such_rule(word, (one.code for one in every), [one.name for one in every]))
    if _is_json(output_format):
        return json.dumps([_as_object(one, with_page=True) for one in found], indent=2)
    return "\n\n".join(f"# {one.code} {one.name}\n\n{one.page}" for one in found)


def listed(output_format: str) -> str:
    """All rules. Raises SettingsError for a format that cannot show them."""
    if _is_json(output_format):
        return json.dumps([_as_object(one, with_page=False) for one in rule_pages()], indent=2)
    return "\n".join(_lines(rule_pages()))


def _lines(pages: Sequence[RulePage]) -> Iterator[str]:
    width = max(len(one.name) for one in pages)
    for one in pages:
        state = "" if one.on_by_default else " (off by default)"
        yield f"{one.code}  {one.name:{width}}  {one.severity.value:8}  {one.summary}{state}"


def _as_object(page: RulePage, with_page: bool) -> dict[str, object]:
    return {
        "code": page.code,
        "name": page.name,
        "severity": page.severity.value,
        "on_by_default": page.on_by_default,
        "summary": page.summary,
        "url": rule_url(page.code),
        **({"page": page.page} if with_page else {}),
    }


def _is_json(output_format: str) -> bool:
    if output_format not in ("text", "json"):
        raise SettingsError(f"rules can be shown as text or json, not as {output_format}")
    return output_format == "json"
