"""Whole projects: settings, ignore files, baselines, caches and names that somebody has spoiled, around code that is
fine."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.containers import spoiled
from tests.helpers import FORGETFUL, MISNAMED, MODEL, UNRELATED

SOURCES = (MODEL, FORGETFUL, MISNAMED, UNRELATED)
FORMATS = ("concise", "github", "gitlab", "json", "json-lines", "junit", "sarif", "statistics", "text")

_CODES = ("KTP", "KTP1", "KTP202", "ALL", "E5", "KTP9", "ktp1", "", "KTP206")
_PATTERNS = (
    *("*.py", "/pkg", "pkg/", "**/*.py", "!keep.py", "[a-z]*.py", "*" * 40 + "b", "*a*a*a*a*a*a*b", "[", "[!", "\\"),
    *(
        "a/**/b/**/c",
        "?" * 30,
        "#x",
        "\\#x",
        " ",
        "pkg/**",
        "**",
        "[[:alpha:]]",
        "{a,b}",
        "é*",
        "model.py ",
        "model\\ .py",
    ),
)
_NAMES = (
    *("plain.py", "two words.py", "\x1b[31mred.py", "bell\a.py", "new\nline.py", "::error file=x::y.py", "%0A.py"),
    *("<tag>.py", '"quoted".py', "'single'.py", "é😀.py", "\udcff.py", "-x.py", "--fix.py", "a&b.py", "]]>.py"),
    *("pkg/__init__.py", "pkg/keras.py", "x.pyi", "x.ipynb", "x.md", ".py", "..py", "\u202egnp.py", "tab\t.py"),
)
_LISTS = ("select", "extend-select", "ignore", "exclude", "extend-exclude", "fixable", "unfixable", "ignore-classes")
_OTHERS = (
    *("training-layers", "layer-bases", "model-bases", "keras-modules", "training-aliases", "catalogues"),
    *("keras-versions", "follow-imports", "per-file-ignores", "baseline", "output-format", "unsafe-fixes", "nothing"),
)
_VALUES = (
    *("true", "false", "3", "-1", "1e999", '""', '"3"', '"2"', '">=3.1"', '["3.1", "3.15"]', "{}", "[[]]", "nan"),
    *('{ "*.py" = ["KTP1"] }', '{ "[" = "KTP1" }', '["my.Layer"]', '["a.b.c.d", ""]', '"\\u001b[31m"', "1979-05-27"),
    *('"baseline.json"', '"../x"', '"/dev/zero"', '["missing.json"]', '["baseline.json"]', '"github"', '"::error::x"'),
)
_HEADERS = ("[tool.training-phase]",) * 8 + ("[tool.training_phase]", "[[tool.training-phase]]", "[tool]", "[tool.x]")


@dataclass(frozen=True, slots=True)
class Project:
    """What is in the folder that the command is run in, and how it is run."""

    sources: dict[str, bytes]
    """By name: the files with code."""
    around: dict[str, bytes]
    """By name: the files that say what to do with them."""
    options: tuple[str, ...]
    spoils_cache: bool
    """Whether the command runs once before, and what it keeps is spoiled then."""
    number: int
    """What chance there is depends on."""

    def chance(self) -> random.Random:
        """For what is decided while it runs."""
        return random.Random(self.number)


def projects(seed: int) -> Iterator[Project]:
    """Projects without end; each depends on the seed and its number alone."""
    number = 0
    while True:
        yield _project(random.Random(f"{seed} {number}"), number)
        number += 1


def _project(chance: random.Random, number: int) -> Project:
    sources = {"model.py": MODEL.encode()}
    for _ in range(chance.randrange(4)):
        sources[chance.choice(_NAMES)] = chance.choice(SOURCES).encode()
    around: dict[str, bytes] = {}
    if chance.random() < 0.6:
        around["pyproject.toml"] = spoiled(_table(chance).encode(), chance)
    if chance.random() < 0.4:
        name = chance.choice((".gitignore", "pkg/.gitignore", ".git/info/exclude", ".git", ".git/config"))
        around[name] = spoiled(_lines(chance).encode("utf-8", "surrogatepass"), chance)
    if chance.random() < 0.4:
        around["baseline.json"] = spoiled(_baseline(chance).encode(), chance)
    return Project(sources, around, tuple(_options(chance, around)), chance.random() < 0.2, number)


def _table(chance: random.Random) -> str:
    lines = [chance.choice(_HEADERS)]
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        if chance.random() < 0.6:
            codes = chance.choice(_LISTS) not in ("exclude", "extend-exclude")
            values = chance.choices(_CODES if codes else _PATTERNS, k=chance.randrange(3))
            lines.append(f"{chance.choice(_LISTS)} = {json.dumps(values)}")
        else:
            lines.append(f"{chance.choice(_OTHERS)} = {chance.choice(_VALUES)}")
    return "\n".join(lines) + "\n"


def _lines(chance: random.Random) -> str:
    return "".join(f"{chance.choice(_PATTERNS)}\n" for _ in range(chance.randrange(6)))


def _baseline(chance: random.Random) -> str:
    count = chance.choice((1, 2, -1, "2", None, 10**30))
    line = chance.choice(("def call(self, x):", "", "\x1b[31m", 7))
    found = {"code": chance.choice(_CODES), "count": count, "line": line, "scope": "Model.call"}
    by_file = {chance.choice(("model.py", "missing.py", "../x", "")): [found] * chance.randrange(3)}
    return json.dumps({"version": chance.choice((1, 1, 2, "1", None)), "findings": by_file})


def _options(chance: random.Random, around: dict[str, bytes]) -> Iterator[str]:
    yield from chance.choice(((), (), ("--select", "ALL"), ("--extend-select", "KTP2"), ("--no-respect-gitignore",)))
    if "baseline.json" in around and chance.random() < 0.8:
        yield from ("--baseline", "baseline.json")
    if chance.random() < 0.3:
        yield from ("--exclude", chance.choice(_PATTERNS))
    if chance.random() < 0.2:
        yield from ("--per-file-ignores", f"{chance.choice(_PATTERNS)}:{chance.choice(_CODES)}")


def written(project: Project, root: Path) -> dict[str, bytes]:
    """Writes a project below a folder, as far as its file system takes it; gives what was written."""
    done: dict[str, bytes] = {}
    for name, data in {**project.sources, **project.around}.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError:
            continue  # Two names that cannot both be there, or one that this file system does not know.
        done[name] = data
    return done
