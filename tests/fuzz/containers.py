"""Code put into notebooks and Markdown, and the bytes of both spoiled."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence

from flake8_training_phase.sources.text import lines_of

PROSE = "Some text."
_OTHER_CELLS = (
    "%matplotlib inline\n",
    "x = !ls\n",
    "%%bash\nls\n",
    "%%time\nx = 1",
    "x?",
    "for\n",
    "",
    "  ",
    "# only\n",
)
_FENCES = ("```", "```", "~~~", "````", "  ```", "> ```")
_LANGUAGES = ("python", "python", "py", "python title=x", "{python}", "{code-block} python", "pycon", "", "sh")
_LINE_ENDS = ("\n", "\n", "\n", "\r\n")
_ODD_BYTES = (
    *(b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"null", b"1e999", b"\0", b"\n", b"\r", b"\t", b"    ", b"\xff"),
    *(b"`", b"~~~", b"```", b"```python\n", b"%magic\n", b"!ls\n", b"#:hidden:", b"\xef\xbb\xbf", "é😀\u2028".encode()),
)


def notebook(texts: Sequence[str], chance: random.Random) -> bytes:
    """A notebook that has the texts in its cells, among others."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": chance.choice(("code",) * 6 + ("markdown", "raw")),
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": lines_of(text) if chance.random() < 0.7 else text,
        }
        for text in _mixed(texts, _OTHER_CELLS, chance)
    ]
    metadata = chance.choice(({}, {"kernelspec": {"language": "python"}}, {"language_info": {"name": "python"}}))
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    written = json.dumps(whole, indent=chance.choice((None, 1, 2, 4)), ensure_ascii=chance.random() < 0.5)
    return spoiled(written.replace("\n", chance.choice(_LINE_ENDS)).encode("utf-8", "surrogatepass"), chance)


def markdown(texts: Sequence[str], chance: random.Random) -> bytes:
    """Markdown that has the texts in its blocks, among others."""
    blocks: list[str] = []
    for text in _mixed(texts, _OTHER_CELLS, chance):
        fence, language = chance.choice(_FENCES), chance.choice(_LANGUAGES)
        indent = " " * (len(fence) - len(fence.lstrip()))
        code = "".join(indent + line for line in lines_of(text))
        blocks.append(f"{PROSE}\n\n{fence}{language}\n{code}\n{fence.removeprefix('> ')}\n")
    written = "\n".join(blocks).replace("\n", chance.choice(_LINE_ENDS))
    return spoiled(written.encode("utf-8", "surrogatepass"), chance)


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The bytes, in half of the cases with some of them deleted, put in or replaced."""
    changed = bytearray(data)
    for _ in range(chance.choice((0, 0, 0, 1, 2, 5))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(3):
            case 0:
                del changed[at : at + chance.choice((1, 1, 3, 20))]
            case 1:
                changed[at:at] = chance.choice(_ODD_BYTES)
            case _:
                changed[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(changed)


def _mixed(texts: Sequence[str], others: Sequence[str], chance: random.Random) -> Iterator[str]:
    for text in texts:
        while chance.random() < 0.4:
            yield chance.choice(others)
        yield text
