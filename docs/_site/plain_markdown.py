"""A Sphinx extension: the pages are Markdown that reads well on a plain Git host, and the site makes more of it.

What only Sphinx understands is written as comments, or read off the Markdown itself:

- Between `<!-- tabs -->` and `<!-- /tabs -->`, each line that is only `**Label**` begins a tab.
- Between `<!-- reading path -->` and `<!-- /reading path -->`, each heading with its list of links is a part of the
  navigation.
- `<!-- toctree: PATTERN -->` adds the pages of a pattern to the navigation.
- `<!-- automodule: package.module -->` stands for the docstrings of a module.
- A link to a file outside of `docs` is text: the site does not have that file.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

_TABS = re.compile(r"^<!-- tabs -->\n(.*?)^<!-- /tabs -->$", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"^\*\*([^*\n]+)\*\*$", re.MULTILINE)
_PATH = re.compile(r"^<!-- reading path -->\n(.*?)^<!-- /reading path -->$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"^- \[[^\]]+\]\(([^)#]+)\.md\)", re.MULTILINE)
_TOCTREE = re.compile(r"^<!-- toctree: (\S+) -->$", re.MULTILINE)
_AUTOMODULE = re.compile(r"^<!-- automodule: (\S+) -->$", re.MULTILINE)
_LINK_OUT = re.compile(r"(?<!!)\[([^\]]+)\]\(((?:\.\./)+[^)]+)\)")
_FENCE = "```"


def for_sphinx(page: str, name: str) -> str:
    """A page as MyST reads it. `name` is the page's path below `docs`, without its suffix."""
    page = _TABS.sub(lambda match: _tabs(match[1]), page)
    page = _PATH.sub(lambda match: f"{match[1]}\n{_navigation(match[1])}", page)
    page = _TOCTREE.sub(lambda match: _tree([":glob:"], [match[1]]), page)
    page = _AUTOMODULE.sub(lambda match: _automodule(match[1]), page)
    return "".join(_without_links_out(part, name) for part in _prose_and_code(page))


def _tabs(text: str) -> str:
    before, *rest = _LABEL.split(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    tabs = "".join(f":::{{tab-item}} {label}\n{body.strip()}\n:::\n" for label, body in pairs)
    return f"{before}::::{{tab-set}}\n{tabs}::::"


def _navigation(text: str) -> str:
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return "\n".join(_tree([f":caption: {caption}"], _LINK.findall(body)) for caption, body in pairs)


def _tree(options: list[str], pages: list[str]) -> str:
    return "\n".join([f"{_FENCE}{{toctree}}", ":hidden:", *options, "", *pages, _FENCE])


def _automodule(module: str) -> str:
    return f"{_FENCE}{{eval-rst}}\n.. automodule:: {module}\n   :members:\n{_FENCE}"


def _prose_and_code(page: str) -> Iterator[str]:
    """The page in pieces, of which only those of prose do not begin with the fence of a code block."""
    return iter(re.split(r"(^```[^\n]*\n.*?^```$)", page, flags=re.MULTILINE | re.DOTALL))


def _without_links_out(part: str, name: str) -> str:
    if part.startswith(_FENCE):
        return part
    return _LINK_OUT.sub(lambda match: match[1] if _leaves(match[2], name) else match[0], part)


def _leaves(target: str, name: str) -> bool:
    depth = len(PurePosixPath(name).parent.parts)
    return target.count("../") > depth


def _read(app: Any, name: str, source: list[str]) -> None:
    source[0] = for_sphinx(source[0], name)


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
