"""Fixes change only the strings of the lines they mean, in whatever way a notebook has cut its text into strings."""

from __future__ import annotations

import json
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources import json_spans
from flake8_training_phase.sources.documents import open_document
from flake8_training_phase.sources.line_changes import changed_lines, changes
from flake8_training_phase.sources.text import lines_of
from tests.helpers import MODEL

AFTER = '{"cells": [{"cell_type": "code", "source": %s}], "nbformat": 4}'
FIXED = {"call(self, x)": "call(self, x, training=None)", "drop(x)": "drop(x, training=training)"}


def fixed(source: str) -> str:
    """The `source` of a cell, as it is in a notebook, after the safe fixes."""
    document = open_document("a.ipynb", (AFTER % source).encode())
    text = engine.fix(document.source, Settings(), "a.ipynb").text
    written = document.with_text(text).to_bytes().decode()
    head, tail = (AFTER % "|").split("|")
    assert written.startswith(head)
    assert written.endswith(tail)
    return written[len(head) : -len(tail)]


def fixed_by_hand(source: str) -> str:
    for old, new in FIXED.items():
        source = source.replace(old, new)
    return source


LINES = [json.dumps(line) for line in MODEL.splitlines(keepends=True)]
SHAPES = {
    "an empty string behind it": [*LINES, '""'],
    "empty strings between": ['""', *(part for line in LINES for part in (line, '""'))],
    "one string": [json.dumps(MODEL)],
    "several lines in a string": [json.dumps(MODEL[:60]), json.dumps(MODEL[60:])],
    "a line over several strings": ['"import "', '"keras\\n"', *LINES[1:]],
    "a changed line over several strings": [*LINES[:-2], '"    def"', '" call(self, x)"', '":\\n"', LINES[-1]],
    "odd escapes": [*LINES, r'"# \u00e4 \/ \ud83c\udf89 \u0041 \b\n"'],
    "odd escapes in the changed line": [*LINES[:-1], LINES[-1].replace(r"\n", r"  # \u00e4 \/ \u0041\n")],
    "CRLF": [line.replace(r"\n", r"\r\n") for line in LINES],
    "CRLF cut in the middle": [part for line in LINES for part in (line.replace(r"\n", r"\r"), r'"\n"')],
    "no line end behind it": [*LINES[:-1], LINES[-1].replace(r"\n", "")],
}


@pytest.mark.parametrize("strings", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("separator", [", ", "  ,\n\t", ","])
def test_all_other_strings_stay(strings: list[str], separator: str) -> None:
    source = f"[ {separator.join(strings)}\n]"
    assert fixed(source) == fixed_by_hand(source)
    assert fixed_by_hand(source).count("training") == 3


def test_a_source_that_is_one_string() -> None:
    source = json.dumps(MODEL + "# ä\n")
    assert fixed(source) == fixed_by_hand(source)


def test_strings_of_lines_that_are_deleted_go_and_no_others() -> None:
    source = r'["", "from keras.backend import learning_phase\n", "import \u006beras\n", "keras.x\n", ""]'
    assert fixed(source) == r'["", "import \u006beras\n", "keras.x\n", ""]'


def test_a_text_that_becomes_several_lines_is_cut_as_its_string_was() -> None:
    def rewritten(source: str, old: str, new: str) -> str:
        value = json_spans.whole(source)
        before = "".join(value.value)
        return json_spans.rewritten(source, value, changes(before, before.replace(old, new)), ascii_only=True)

    assert rewritten(r'["a\n" , "f(b)\n" , "c"]', "(b)", "(\n b,\n)") == r'["a\n" , "f(\n" , " b,\n" , ")\n" , "c"]'
    assert rewritten(r'["a\nf(b)\n", "c"]', "(b)", "(\n b,\n)") == r'["a\nf(\n b,\n)\n", "c"]'
    assert rewritten(r'["a\n", "b\n"]', "b", "ä") == r'["a\n", "\u00e4\n"]'
    assert rewritten(r'["a\n", "b\n"]', "a\n", "a\nc\n") == r'["a\n", "c\n", "b\n"]'
    with pytest.raises(ValueError, match="no text"):
        rewritten("[]", "", "x")


@st.composite
def cut(draw: st.DrawFn) -> list[str]:
    """The text of a cell cut into strings anywhere, each character written in one of the ways of JSON."""
    comment = draw(st.text('äπ🎉/"\\\t x', max_size=6)).strip()
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    text = f"# {comment}\n{MODEL}".replace("keras.Model", f"keras.Model,  # {comment}\n").replace("\n", ends)
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=12)))
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    if draw(st.booleans()):
        pieces = [line for piece in pieces for line in lines_of(piece) or [""]]
    return [_written(piece, draw(st.sampled_from(["plain", "ascii", "escaped"]))) for piece in pieces]


def _written(text: str, style: str) -> str:
    if style != "escaped":
        return json.dumps(text, ensure_ascii=style == "ascii")
    return '"' + "".join(f"\\u{ord(one):04x}" if one < "\u0080" else json.dumps(one)[1:-1] for one in text) + '"'


@settings(deadline=None)  # How long it takes is the machine's affair.
@given(cut(), st.sampled_from([", ", "\n  ,"]))
def test_any_cut_of_the_text(strings: list[str], separator: str) -> None:
    before = "".join(map(json.loads, strings))
    source = f"[{separator.join(strings)}]"
    after = fixed(source)
    assert "".join(json.loads(after)) == fixed_by_hand(before)
    left = [after[one.start : one.end] for one in json_spans.elements(after, json_spans.whole(after))]
    insertions = [before.index(old) + len(old) - 1 for old in FIXED]
    ends = list(accumulate(len(json.loads(one)) for one in strings))
    starts = [0, *ends]
    for was, becomes, start, end in zip(strings, left, starts, ends, strict=False):
        assert (was == becomes) is not any(start <= insertion < end for insertion in insertions)
    assert len(left) == len(strings)


TEXTS = st.lists(st.sampled_from(["\n", "a\n", "b\n", "    x\n", "ccc"]), max_size=12)


@settings(deadline=None)  # How long it takes is the machine's affair.
@given(TEXTS, TEXTS)
def test_changed_lines_lead_from_one_text_to_the_other(before: list[str], after: list[str]) -> None:
    lines: list[str] = []
    done = 0
    for old, new in changed_lines(before, after):
        lines += before[done : old.start] + after[new.start : new.stop]
        done = old.stop
    assert lines + before[done:] == after
    text, offset = "", 0
    for start, end, content in changes("".join(before), "".join(after)):
        text += "".join(before)[offset:start] + content
        offset = end
    assert text + "".join(before)[offset:] == "".join(after)


def test_thousands_of_blank_lines_take_time_in_proportion() -> None:
    # Not timed: what took the square of their number would run into the time limit of any test run.
    source = json.dumps((MODEL + "\n" * 50_000 + MODEL.replace("class Model", "class Other")).splitlines(keepends=True))
    assert fixed(source) == fixed_by_hand(source)
