"""A program: modules that define layers and models, and what is known of it by the way it was made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PACKAGE = "program"


@dataclass(frozen=True, slots=True)
class Target:
    """A class that can be made without arguments and run on `INPUT_SHAPE`."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Program:
    """Source texts by module name, in a package, and the classes to run."""

    modules: dict[str, str]
    targets: tuple[Target, ...]
    may_raise: bool = False
    """It holds something that Keras refuses: a flag by position, a `training` that is required."""

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the package to a folder; gives the file of each module."""
        package = folder / PACKAGE
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        files = {name: package / f"{name}.py" for name in self.modules}
        for name, file in files.items():
            file.write_text(self.modules[name], encoding="utf-8")
        return files

    def __str__(self) -> str:
        """All modules, with their names."""
        parts = (f"# {PACKAGE}/{name}.py\n{text}" for name, text in self.modules.items())
        return "\n".join([*parts, f"# run: {', '.join(target.name for target in self.targets)}"])


INPUT_SHAPE = (2, 3, 4)
"""Two samples of three steps: layers for tables, sequences and pictures all take it."""
