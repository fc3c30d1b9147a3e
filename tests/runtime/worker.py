"""Runs code in one generation of Keras: a process that reads jobs from its standard input.

Run `python -m tests.runtime.worker 2` for `tf_keras` under the names `keras` and `tf.keras`, `3` for `keras`. A job
is one line of JSON, `{"kind": ..., ...}`, and so is its answer; `{"problem": "..."}` when it failed.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Keras2Alias(MetaPathFinder, Loader):
    """Makes `keras` and everything below it another name of `tf_keras`."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.partition(".")[0] == "keras" else None

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # The import system takes what is in sys.modules when this returns.
        sys.modules[module.__name__] = importlib.import_module(f"tf_{module.__name__}")


def prepare(generation: int) -> None:
    """Let `keras` be that of a generation, and TensorFlow be quiet."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow")
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1"  # The models are small, and the other worker wants a core too.
    os.environ["TF_USE_LEGACY_KERAS"] = "1" if generation == 2 else "0"
    if generation == 2:
        sys.meta_path.insert(0, Keras2Alias())
    importlib.import_module("keras")
    importlib.import_module("tensorflow").get_logger().setLevel("ERROR")
    forget_what_stays()


def forget_what_stays() -> None:
    """Take what is alive out of the garbage collector's rounds, which `clear_session` begins at each call."""
    gc.collect()
    gc.freeze()


@cache
def laboratory() -> Any:
    """What measures behaviour, made when it is needed."""
    return importlib.import_module("tests.runtime.behaviour").Laboratory()


def measure(source: str, build: str, layer: str, shape: list[int]) -> dict[str, Any]:
    """How the layers of an example behave: five words, and the tracebacks after every `raises`."""
    behaviour = importlib.import_module("tests.runtime.behaviour")
    words: dict[str, Any] = laboratory().measure(behaviour.Job(source, build, layer, shape))
    return words


def trace(source: str, build: str, layer: str, shape: list[int]) -> dict[str, Any]:
    """Which phases the layers of an example run in, as the tracer sees it."""
    behaviour = importlib.import_module("tests.runtime.behaviour")
    words: dict[str, Any] = laboratory().trace(behaviour.Job(source, build, layer, shape))
    return words


def program(folder: str, targets: list[tuple[str, str]], exact: bool) -> dict[str, Any]:
    """In which phases the layers of a program run."""
    running = importlib.import_module("tests.runtime.programs.running")
    return {"observed": running.run_program(folder, targets, exact)}


def case(folder: str, module: str) -> dict[str, Any]:
    """What `measure()` of a module gives, or the name of the exception that it ends with."""
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        return {"measured": importlib.import_module(module).measure()}
    except Exception as error:
        return {"measured": {"raises": type(error).__name__}}
    finally:
        sys.path.remove(folder)
        for name in [one for one in sys.modules if one.partition(".")[0] == module.partition(".")[0]]:
            del sys.modules[name]


def of_package(action: str, **job: Any) -> dict[str, Any]:
    """What is found out about a package, and how much memory that has taken."""
    at_work = importlib.import_module("tests.runtime.packages.at_work")
    return {"answer": at_work.JOBS[action](**job), "megabytes": at_work.megabytes()}


def version() -> dict[str, Any]:
    """The version of Keras."""
    return {"version": sys.modules["keras"].__version__}


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "measure": measure,
    "trace": trace,
    "program": program,
    "case": case,
    "package": of_package,
    "version": version,
}


def main() -> None:
    """Answer jobs until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # What Keras and the examples print must not stand between the answers.
    prepare(int(sys.argv[1]))
    for line in sys.stdin:
        try:
            job = json.loads(line)
            answer = JOBS[job.pop("kind")](**job)
        except Exception:
            answer = {"problem": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)
        forget_what_stays()


if __name__ == "__main__":
    main()
