"""How long the language server takes for a file of 500 lines while somebody types in it.

`python -m tests.benchmarks.warm_check` prints the median and the slowest of some checks, in processor time, which
other programs of the machine change little; the goal is 50 ms. Fixes are worked out after that, when an editor asks
what can be done: how long that takes is printed too.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from flake8_training_phase.configuration.resolve import Configuration
from flake8_training_phase.server.checks import Checks
from flake8_training_phase.server.diagnostics import diagnostics
from flake8_training_phase.server.documents import EditorFile
from flake8_training_phase.server.options import Options
from tests.helpers import FIXED_MODEL, FORGETFUL, MODEL

LINES = 500
TIMES = 30


def long_text() -> str:
    """Models one after the other: one in ten forgets the flag, one in ten has none."""
    classes: list[str] = []
    while sum(one.count("\n") for one in classes) < LINES:
        number = len(classes)
        model = {0: MODEL, 5: FORGETFUL}.get(number % 10, FIXED_MODEL)
        classes.append(model.replace("import keras\n", "").replace("class Model", f"class Model{number}"))
    return "import keras\n" + "".join(classes)


def main() -> None:
    """Check the text again and again, changed a little each time."""
    text, checks = long_text(), Checks(Configuration({}, isolated=True))
    shown, offered = [], []
    count = 0
    for number in range(TIMES + 1):
        started = time.process_time()
        file = EditorFile(Path("long.py").absolute(), {"file:///long.py": f"{text}# {number}\n"})
        checks.put(file)
        count = len(diagnostics(file, checks.findings(file), Options())["file:///long.py"])
        between = time.process_time()
        checks.fixable(file)
        shown.append(between - started)
        offered.append(time.process_time() - between)
    print(f"{text.count(chr(10))} lines, {count} findings; first check {1000 * shown[0]:.0f} ms")
    print(f"shown: {_times(shown[1:])}; their fixes worked out: {_times(offered[1:])}")


def _times(seconds: list[float]) -> str:
    return f"median {1000 * statistics.median(seconds):.0f} ms, slowest {1000 * max(seconds):.0f} ms"


if __name__ == "__main__":
    main()
