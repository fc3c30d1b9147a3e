"""Ways to spoil Python code: by characters, lines and syntax tree, and in how it is written down as bytes."""

from __future__ import annotations

import ast
import codecs
import random
import re
import warnings
from collections.abc import Callable

Mutation = Callable[[str, random.Random], str]

_TOKEN = re.compile(r"\w+|[ \t]+|\n|[^\w\s]")
_ODD_TOKENS = (
    *("training", "self", "None", "True", "not ", "lambda: ", "*", "**", "...", "super()", ":=", "await ", "yield "),
    *("async ", "f'{self.drop(x)}'", "\\\n", "#", "  # noqa", "'''", "(", ")", "[", "]", "{", "}", ",", ";", ":", "="),
    *("@property", "global training", "del training", "return", "nonlocal x", "/", "*,", "->", "é", "😀", "\0", "0x"),
)
_WRAPPERS = (
    *("({})", "[{}]", "{}, ", "not {}", "lambda: {}", "{} if training else None", "None if training else {}"),
    *("[{} for _ in range(2)]", "{{'a': {}}}", "f'{{{}}}'", "(y := {})", "{}[0]", "{}.outputs", "*{}", "(yield {})"),
    *("[{}, {}]", "training and {}", "{} or training", "'é😀', {}", "(\n{}\n)", "(  # why\n{}  # so\n)", "{}()"),
    *("functools.partial({}, training=training)", "getattr(self, 'drop')({})", "tf.map_fn(lambda x: {}, x)"),
)


def mutated(text: str, chance: random.Random) -> str:
    """A text after a few mutations, most of which keep it Python."""
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        text = chance.choices(_MUTATIONS, _WEIGHTS)[0](text, chance)
    return text


def tokens_changed(text: str, chance: random.Random) -> str:
    """A token deleted, doubled, swapped with another, or replaced."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return text
    one, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    match chance.randrange(5):
        case 0:
            del tokens[one]
        case 1:
            tokens.insert(one, tokens[one])
        case 2:
            tokens[one], tokens[other] = tokens[other], tokens[one]
        case 3:
            tokens[one] = tokens[other]
        case _:
            tokens[one] = chance.choice(_ODD_TOKENS)
    return "".join(tokens)


def lines_changed(text: str, chance: random.Random) -> str:
    """Lines deleted, doubled, moved, indented or shuffled."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    start = chance.randrange(len(lines))
    end = min(start + chance.choice((1, 1, 1, 2, 5)), len(lines))
    block, target = lines[start:end], chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[start:end]
        case 1:
            lines[target:target] = block
        case 2:
            del lines[start:end]
            lines[target:target] = block
        case 3:
            lines[start:end] = [chance.choice(("    ", "\t", "if training:\n    ")) + line for line in block]
        case _:
            chance.shuffle(block)
            lines[start:end] = block
    return "".join(lines)


def nodes_changed(text: str, chance: random.Random) -> str:
    """An expression or a statement replaced by another of the text, or wrapped in something."""
    nodes = _nodes(text)
    if not nodes:
        return text
    node = chance.choice(nodes)
    alike = [other for other in nodes if isinstance(other, ast.expr) == isinstance(node, ast.expr)]
    new = _segment(text, chance.choice(alike))
    if isinstance(node, ast.expr) and chance.random() < 0.5:
        own = _segment(text, node)
        new = chance.choice(_WRAPPERS).format(own, new)
        if chance.random() < 0.05:
            new = "(" * 60 + new + ")" * 60
    start, end = _span(text, node)
    return text[:start] + new + text[end:]


def names_changed(text: str, chance: random.Random) -> str:
    """A name that is in the text renamed everywhere to another that is in it."""
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", text)))
    if not names:
        return text
    return re.sub(rf"\b{chance.choice(names)}\b", chance.choice((*names, "training", "é")), text)


def layout_changed(text: str, chance: random.Random) -> str:
    """Other spaces, comments and line breaks, where they mean nothing or nearly nothing."""
    lines = text.split("\n")
    row = chance.randrange(len(lines))
    line = lines[row]
    match chance.randrange(7):
        case 0:
            lines[row] = line + chance.choice(("  # noqa", "  # é😀", "  # noqa: KTP202", "   ", "; pass", " \\"))
        case 1:
            lines[row] = line.replace("    ", "\t")
        case 2:
            lines[row] = line.replace("(", "(\n", 1)
        case 3:
            lines[row] = line.replace("(", "(  # comment\n", 1).replace(")", ",\n)", 1)
        case 4:
            lines[row] = line.replace(" ", " \\\n ", 1) if line.strip() else "\x0c"
        case 5:
            lines[row] = f"{line}\n\x0c" if chance.random() < 0.5 else line.replace(", ", ",  \x0c ")
        case _:
            lines[row] = line.replace("self", "'é😀', self", 1)
    return "\n".join(lines)


_MUTATIONS: tuple[Mutation, ...] = (nodes_changed, tokens_changed, lines_changed, names_changed, layout_changed)
_WEIGHTS = (6, 2, 2, 1, 2)


def written(text: str, chance: random.Random) -> bytes:
    """A text as bytes, in ways that files are found in."""
    if chance.random() < 0.5:
        return text.encode("utf-8", "surrogatepass")
    text = chance.choice(
        (
            text.replace("\n", "\r\n"),
            text.replace("\n", "\r"),
            text.replace("\n", "\r\n", chance.randrange(20)),
            text.replace("    ", "\t"),
            text.rstrip(),
            f"{text}  ",
            f"{text}\\",
            f"{text}\n# flake8: noqa\n",
            text.replace("\n", "\n\x0c", 3),
            text.replace("\n", "  # \x0b\x1c\x85\u2028\n", 3),
        )
    )
    match chance.randrange(8):
        case 0:
            return codecs.BOM_UTF8 + text.encode("utf-8", "surrogatepass")
        case 1:
            return f"# café\n{text}".encode("latin-1", "replace")
        case 2:
            coding = chance.choice(("latin-1", "shift_jis", "utf-7", "cp1252", "utf-16", "rot13", "foo", "utf-8-sig"))
            declared = f"# -*- coding: {coding} -*-\n{text}"
            return declared.encode("utf-8" if coding in ("foo", "rot13") else coding, "replace")
        case 3:
            data = bytearray(text.encode("utf-8", "surrogatepass"))
            for _ in range(chance.choice((1, 1, 5))):
                data[chance.randrange(len(data)) : 1] = bytes([chance.randrange(256)]) if data else b"\0"
            return bytes(data)
    return text.encode("utf-8", "surrogatepass")


def _nodes(text: str) -> list[ast.expr | ast.stmt]:
    """The expressions and statements of a text whose places in it are known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not text.isascii() or "\x0c" in text or "\r" in text:
        return []
    return [node for node in ast.walk(tree) if isinstance(node, (ast.expr, ast.stmt))]


def _span(text: str, node: ast.expr | ast.stmt) -> tuple[int, int]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset


def _segment(text: str, node: ast.expr | ast.stmt) -> str:
    start, end = _span(text, node)
    return text[start:end]
