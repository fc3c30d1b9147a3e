"""All that the tool says of the examples of the rules, of `examples/` and of `tests/cases`, kept to be compared.

Run `python -m tests.snapshots` to see what is said otherwise now, with `--accept` to take it over; names or parts of
them (`ktp202`, `cases/tab_cells`) choose inputs. A snapshot is beside its input (those of `examples/` in
`tests/examples`), one paragraph for each finding:

    KTP202 training-not-forwarded: fragile, Keras 2 and 3
      12:16-12:31
      |         return self.dropout(x)
      |                ^^^^^^^^^^^^^^^
      the message
      safe fix: the message of the fix
        12:30 insert ', training=training'

Rows and columns count from 1; the end is the first column after.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from flake8_training_phase.findings import Edit, Finding, Fix, Related
from flake8_training_phase.results import FileResult
from tests.inputs import CASES, SNAPSHOT, TESTS, Input, inputs, reported
from tests.rule_examples import FOLDER as RULES

NOTHING = "nothing to report\n"
FOLDERS = (RULES, TESTS / "examples", CASES)
"""Where snapshots are."""


def shown(one: Input) -> str:
    """The snapshot of an input as it is now."""
    with tempfile.TemporaryDirectory(prefix="snapshot-") as name:
        folder = Path(name).resolve()
        copy = one.copied(folder)
        results = reported(copy, one.settings)
        parts = []
        for result in results:
            if result.findings and copy.is_dir():
                parts.append(f"== {result.path.relative_to(folder).as_posix()}\n")
            parts += ["".join(f"{line}\n" for line in _paragraph(result, finding)) for finding in result.findings]
    return "\n".join(parts) or NOTHING


def difference(one: Input, now: str | None = None) -> str:
    """How an input's snapshot differs from what is said of it now, as a diff; empty when it does not."""
    now = shown(one) if now is None else now
    kept = one.snapshot.read_text(encoding="utf-8") if one.snapshot.exists() else ""
    lines = difflib.unified_diff(
        kept.splitlines(), now.splitlines(), f"{one.name} as accepted", f"{one.name} now", n=8, lineterm=""
    )
    return "\n".join(lines)


def messages(snapshot: Path) -> Iterator[str]:
    """The messages that are kept in a snapshot: what is after the quoted lines of each finding."""
    lines = snapshot.read_text(encoding="utf-8").splitlines()
    for above, line in itertools.pairwise(lines):
        if above.startswith("  |") and not line.startswith("  |"):
            yield line.strip()


def stale(known: Iterable[Input]) -> list[Path]:
    """The snapshots that belong to no input."""
    wanted = {one.snapshot for one in known}
    return sorted({path for folder in FOLDERS for path in folder.rglob(f"*{SNAPSHOT}")} - wanted)


def _paragraph(result: FileResult, finding: Finding) -> Iterator[str]:
    keras = f", Keras {' and '.join(map(str, finding.keras))}" if finding.keras else ""
    yield f"{finding.code} {finding.name}: {finding.severity.value}{keras}"
    yield f"  {_span(result, finding)}"
    yield from _quoted(result, finding)
    yield f"  {finding.message}"
    if finding.related is not None:
        yield f"  {_span(result, finding.related)} {finding.related.message}"
    if finding.fix is not None:
        yield from _fix(result, finding.fix)


def _quoted(result: FileResult, finding: Finding) -> Iterator[str]:
    assert result.after is not None
    line = result.after.line(finding.start.row)
    start, end = result.place(finding.start), result.place(finding.end)
    last = end.column if end.row == start.row else len(line)
    if line.strip():
        yield f"  | {line}"
        yield f"  | {' ' * start.column}{'^' * max(1, last - start.column)}"


def _fix(result: FileResult, fix: Fix) -> Iterator[str]:
    yield f"  {fix.applicability.value} fix: {fix.message}"
    if fix.renamed:
        yield f"    no longer means anything: {', '.join(fix.renamed)}"
    for edit in fix.edits:
        yield from (f"    {line}" for line in _edit(result, edit))


def _edit(result: FileResult, edit: Edit) -> Iterator[str]:
    """An edit as text that goes (`-`) and text that comes (`+`), line by line when there is more than one."""
    assert result.after is not None
    source = result.after.source
    old, new = source.text[source.offset(edit.start) : source.offset(edit.end)], edit.content
    if not old and new.count("\n") <= 1:
        yield f"{_span(result, edit).partition('-')[0]} insert {new!r}"
    elif not new and old.count("\n") <= 1:
        yield f"{_span(result, edit)} delete {old!r}"
    elif "\n" not in old + new:
        yield f"{_span(result, edit)} replace {old!r} by {new!r}"
    else:
        yield f"{_span(result, edit)} replace"
        yield from (f"- {line!r}" for line in old.splitlines(keepends=True))
        yield from (f"+ {line!r}" for line in new.splitlines(keepends=True))


def _span(result: FileResult, one: Finding | Edit | Related) -> str:
    start, end = result.place(one.start), result.place(one.end)
    cell = f"cell {start.cell} " if start.cell is not None else ""
    return f"{cell}{start.row}:{start.column + 1}-{end.row}:{end.column + 1}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Show or accept what is said otherwise now; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.snapshots", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accept", action="store_true", help="write the snapshots, delete those without an input")
    parser.add_argument("names", nargs="*", metavar="NAME", help="inputs whose names hold one of these")
    given = parser.parse_args(arguments)
    known = list(inputs())
    chosen = [one for one in known if not given.names or any(name in one.name for name in given.names)]
    if not chosen:
        parser.error(f"no input is named like {' or '.join(given.names)}")
    changed = 0
    for one in chosen:
        now = shown(one)
        told = difference(one, now)
        if told:
            changed += 1
            print(f"accepted: {one.name}" if given.accept else told)
            if given.accept:
                one.snapshot.parent.mkdir(exist_ok=True)
                one.snapshot.write_text(now, encoding="utf-8")
    for path in [] if given.names else stale(known):
        changed += 1
        print(f"{path.relative_to(TESTS)} {'deleted' if given.accept else 'has no input'}")
        if given.accept:
            path.unlink()
    return 1 if changed and not given.accept else 0


if __name__ == "__main__":
    sys.exit(main())
