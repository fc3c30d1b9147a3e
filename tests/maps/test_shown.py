"""How maps are shown: text, page, picture, flowchart, data."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.maps.static import maps_of
from flake8_training_phase.output.maps.folding import lines_of
from flake8_training_phase.output.maps.html import as_html
from flake8_training_phase.output.maps.json import as_json
from flake8_training_phase.output.maps.mermaid import as_mermaid
from flake8_training_phase.output.maps.svg import as_svg
from flake8_training_phase.output.maps.text import TextStyle, text
from flake8_training_phase.sources.document import Document
from flake8_training_phase.sources.text import SourceText
from tests.maps.models import FINE_TUNED, NESTED, long_model, the_map

WIDE = """\
FineTuned  model.py:10

line     call                      given           fit()   True    False   no flag  predict()
  11  ╭─ self.backbone Sequential  training=False  infer   infer   infer   infer    infer
      │    Dense                                   ·       ·       ·       ·        ·
      │    BatchNormalization                      infer   infer   infer   infer    infer
  12  ╰▶ self.dropout Dropout
           Keras 2                                 train   train   infer   infer    infer
           Keras 3                                 infer!  infer!  infer   infer    infer
             ← training=False leaks from self.backbone, line 11

Keras 2: 0 of 2 mode-dependent calls run in the wrong mode
Keras 3: 1 of 2 mode-dependent calls runs in the wrong mode
"""

NARROW = """\
FineTuned  model.py:10

line     call
             fit()  True   False  no flag predict()
  11  +- self.backbone Sequential  training=False
      |      infer  infer  infer  infer   infer
      |    Dense .
      |    BatchNormalization
      |      infer  infer  infer  infer   infer
  12  +> self.dropout Dropout
           Keras 2
             train  train  infer  infer   infer
           Keras 3
             infer! infer! infer  infer   infer
             <- training=False leaks from
               self.backbone, line 11

Keras 2: 0 of 2 mode-dependent calls run in the
  wrong mode
Keras 3: 1 of 2 mode-dependent calls runs in the
  wrong mode
"""

VERY_NARROW = """\
FineTuned
model.py:10

11 ╭─ self.backbone Sequential
   │      training=False
   │      infer always
   │    Dense ·
   │    BatchNormalization
   │      infer always
12 ╰▶ self.dropout Dropout
        Keras 2
          train fit(), True
          infer False, no flag,
                predict()
        Keras 3
          infer! fit(), True
          infer False, no flag,
                predict()
        ← training=False leaks from
          self.backbone, line 11

Keras 2: 0 of 2 mode-dependent calls
  run in the wrong mode
Keras 3: 1 of 2 mode-dependent calls
  runs in the wrong mode
"""


def test_text() -> None:
    assert text(the_map(FINE_TUNED), TextStyle(width=100)) == WIDE


def test_narrow_text_in_ascii() -> None:
    assert text(the_map(FINE_TUNED), TextStyle(width=52, ascii_only=True)) == NARROW


def test_very_narrow_text_lists_the_modes() -> None:
    assert text(the_map(FINE_TUNED), TextStyle(width=38)) == VERY_NARROW


@pytest.mark.parametrize("width", [30, 40, 50, 60, 80, 120])
@pytest.mark.parametrize("model", [FINE_TUNED, NESTED, long_model(75)])
def test_every_line_fits_into_the_width(model: str, width: int) -> None:
    shown = text(the_map(model), TextStyle(width, ascii_only=True))
    assert [line for line in shown.splitlines() if len(line) > width] == []
    assert shown.isascii()


def test_a_width_that_is_too_small_breaks_no_word() -> None:
    assert set(text(the_map(NESTED), TextStyle(120)).split()) >= {"BatchNormalization", "self.dropout", "self.finish"}
    assert set(text(the_map(NESTED), TextStyle(1)).split()) >= {"BatchNormalization", "self.dropout", "self.finish"}


def test_colour_changes_nothing_else() -> None:
    coloured = text(the_map(FINE_TUNED), TextStyle(100, coloured=True))
    assert "\x1b[1;31minfer!\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == WIDE


def test_unknown_says_why() -> None:
    assert "? what `self.head` is cannot be read from the code" in text(the_map(NESTED), TextStyle())


def test_a_long_model_is_folded() -> None:
    shown = the_map(long_model(75))
    assert sum(1 for _ in shown.walk()) == 302
    lines = lines_of(shown, full=False)
    assert sum(1 + line.hidden for line in lines) == 302
    folded = text(shown, TextStyle())
    assert "\nKeras 3: 1 of 152 mode-dependent calls runs in the wrong mode" in folded
    assert "self.last Dropout" in folded
    assert "self.frozen BatchNormalization" in folded
    assert len(lines_of(shown, full=True)) == 302


def test_repeated_groups_of_calls_are_one_line() -> None:
    assert len(text(the_map(long_model(75)), TextStyle()).splitlines()) < 40


def test_what_is_wrong_is_never_folded() -> None:
    shown = the_map(long_model(20).replace("self.drop7(x, training=training)", "self.drop7(x, training=not training)"))
    assert "self.drop7 Dropout" in text(shown, TextStyle())


class _Balanced(HTMLParser):
    """Looks whether tags are closed in the order in which they were opened."""

    VOID = ("meta", "input", "wbr", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("model", [FINE_TUNED, NESTED, long_model(75)])
def test_page(model: str) -> None:
    page = as_html([the_map(model), the_map(FINE_TUNED)])
    parsed = _Balanced()
    parsed.feed(page)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    for target in re.findall(r'(?:href="#|data-leak=")([^"]+)"', page):
        assert target in parsed.ids
    assert not re.search(r'(src|href)="(?!#)|@import|url\(', page)


def test_page_shows_source_and_cells() -> None:
    page = as_html([the_map(FINE_TUNED)])
    assert "    return <b>self.dropout</b>(x)  " in page
    assert 'infer wrong" title="fit(): infer, the wrong mode">infer</span>' in page
    assert '<a href="#m0-1">← training=False leaks from self.backbone, line 11</a>' in page
    assert "body:not(:has(#m0r0:checked)) .m0 .r0" in page


def test_page_escapes_code() -> None:
    page = as_html([the_map(FINE_TUNED.replace("return self.dropout(x)", "return self.dropout(x * (1 < 2)) # </b>"))])
    assert "(x * (1 &lt; 2)) # &lt;/b&gt;" in page


def test_picture() -> None:
    root = ET.fromstring(as_svg(the_map(FINE_TUNED)))
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("✗ infer") == 2
    assert [one.get("class") for one in root.iter("{http://www.w3.org/2000/svg}polygon")] == ["wrong-head"]


def test_picture_and_flowchart_say_why_something_is_unknown() -> None:
    encoder = the_map(NESTED, "Encoder")
    words = [one.text for one in ET.fromstring(as_svg(encoder)).iter("{http://www.w3.org/2000/svg}text")]
    reason = "? what `self.head` is cannot be read from the code"
    assert words.count(reason) == 1
    assert f"unknown always<br/>{reason}" in as_mermaid(encoder)


def test_lines_below_a_call_inside_others_are_as_deep_as_it() -> None:
    model = """\
    import keras


    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.stack = keras.Sequential([keras.layers.Dropout(0.1)])

        def call(self, x, training=None):
            return self.stack(x, training=training)


    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.block = Block()

        def call(self, x):
            return self.block(x)
    """
    lines = text(the_map(model, "Model", keras="2, 3.10+"), TextStyle(width=76)).splitlines()
    at = next(place for place, line in enumerate(lines) if line.startswith("  10"))
    assert [line[:30].rstrip() for line in lines[at : at + 7]] == [
        "  10    self.stack Sequential",
        "            training=training",
        "          Keras 2",
        "          Keras 3.10 to 3.15",
        "          Dropout",
        "            Keras 2",
        "            Keras 3.10 to 3.15",
    ]


def test_releases_are_beside_their_cells_where_there_is_room() -> None:
    lines = text(the_map(FINE_TUNED), TextStyle(width=64)).splitlines()
    keras_2 = next(line for line in lines if "Keras 2" in line)
    assert keras_2.split() == ["Keras", "2", "train", "train", "infer", "infer", "infer"]
    assert len({line.index(word) for line in lines for word in ("fit()", "train ", "infer!") if word in line}) == 1


def test_ascii_is_all_ascii() -> None:
    shown = text(the_map(FINE_TUNED.replace("self.dropout", "self.größe")), TextStyle(ascii_only=True))
    assert shown.isascii()
    assert "self.gr\\xf6\\xdfe Dropout" in shown
    made = FINE_TUNED.replace("self.dropout(x)", "keras.layers.Dropout(0.5)(x)")
    assert "keras.layers.Dropout(...)" in text(the_map(made), TextStyle(ascii_only=True))


def test_a_long_place_is_below_the_name() -> None:
    [shown] = maps_of(Document("folder/" * 9 + "model.py", SourceText(FINE_TUNED)), Settings())
    assert text(shown, TextStyle(width=70)).startswith("FineTuned\nfolder/folder/")
    assert text(shown, TextStyle(width=100)).startswith("FineTuned  folder/folder/")


RAISING = """
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.1)

    def call(self, x, training=None):
        return self.dropout(self.norm(x, training=training), training=training)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x, training)
"""


def test_only_the_call_that_raises_says_why() -> None:
    shown = the_map(RAISING, "Model")
    why = "? Keras 3 takes only tensors by position"
    assert text(shown, TextStyle()).count(why) == 1
    assert as_svg(shown).count(why) == as_mermaid(shown).count(why) == 1
    page = as_html([shown])
    assert page.count(f'<span class="remark r1">{why}</span>') == 1
    assert '<details class="inside"><summary><code>Block.call' in page


def test_what_is_inside_a_call_that_raises_is_folded() -> None:
    blocks = "".join(f"        x = self.block(x, training)  # {number}\n" for number in range(12))
    long = RAISING.replace("        return self.block(x, training)\n", f"{blocks}        return x\n")
    assert [line.hidden for line in lines_of(the_map(long, "Model"), full=False)] == [2] * 12


REPEATED = """
import keras


def dropped(x, training):
    return keras.layers.Dropout(0.5)(x, training=training)


def make(training):
    x = inputs = keras.Input((8,))
    {calls}
    return keras.Model(inputs, x)
""".format(calls="x = dropped(x, training); " * 40)


def test_a_long_map_shows_what_a_function_repeats_once() -> None:
    shown = the_map(REPEATED)
    assert len(list(shown.walk())) == 40
    [line] = lines_of(shown, full=False)
    assert line.row.is_notable
    assert "   6  Dropout and 39 like it  training=training\n" in text(shown, TextStyle(width=60))
    assert len(lines_of(shown, full=True)) == 40


def test_flowchart() -> None:
    lines = as_mermaid(the_map(FINE_TUNED)).splitlines()
    assert lines[0] == "flowchart TD"
    assert 'n1["self.backbone Sequential<br/>training=False<br/>infer always"]:::right' in lines[1]
    assert '    n1 == "training=False leaks" ==> n4' in lines
    assert "    n1 --> n4" in lines
    modes = "<br/>Keras 3:<br/>infer! fit(), True<br/>infer False, no\N{NO-BREAK SPACE}flag, predict()"
    assert any(modes in line for line in lines)


def test_data() -> None:
    data = json.loads(as_json([the_map(FINE_TUNED)]))
    [shown] = data["maps"]
    dropout = shown["calls"][1]
    assert (dropout["call"], dropout["layer"], dropout["passed"]) == ("self.dropout", "Dropout", None)
    assert dropout["place"] == {"file": "model.py", "line": 12, "cell": None}
    assert dropout["modes"]["Keras 3"]["fit()"] == {"state": "infer", "wrong": True, "leaked_from": 1, "reason": None}
    assert dropout["modes"]["Keras 2"]["fit()"]["state"] == "train"
