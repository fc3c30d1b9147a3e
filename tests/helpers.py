"""What several test files need: small models, and ways to run flake8 and training-phase-fix on them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HEAD = """\
import keras


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

"""

MODEL = f"""{HEAD}\
    def call(self, x):
        return self.drop(x)
"""
"""One KTP101 at line 9, with a safe fix."""

FIXED_MODEL = f"""{HEAD}\
    def call(self, x, training=None):
        return self.drop(x, training=training)
"""

FORGETFUL = f"""{HEAD}\
    def call(self, x, training=None):
        return self.drop(x)
"""
"""One KTP202 at line 10, with a safe fix."""

MISNAMED = f"""{HEAD}\
    def call(self, x, is_training=False):
        return self.drop(x, training=is_training)
"""
"""One KTP103 at line 9, with an unsafe fix."""

UNRELATED = "def add(a, b):\n    return a + b\n"


def returning(expression: str) -> str:
    """A model that has the flag and whose `call` returns an expression, at line 10."""
    return f"{HEAD}    def call(self, x, training=None):\n        return {expression}\n"


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def run(*command: object, cwd: Path, stdin: bytes | None = None) -> Result:
    """Run a module of this Python in another process: `run("flake8", "x.py", cwd=folder)`."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=cwd, input=stdin, capture_output=True, check=False
    )
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def flake8(*arguments: object, cwd: Path, stdin: bytes | None = None) -> Result:
    """Run flake8 for our codes alone, with no configuration."""
    return run("flake8", "--isolated", "--select", "KTP", *arguments, cwd=cwd, stdin=stdin)
