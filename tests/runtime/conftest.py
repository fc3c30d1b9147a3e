"""Fixtures of the tests that run Keras."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

import pytest

from tests.runtime.measure import Case, Measurement, stop_workers

Measured = Callable[[Case], Measurement]

# These need numpy when they are imported; where there is no TensorFlow there may be none, and they would be skipped.
collect_ignore = [] if find_spec("numpy") else ["test_differential.py", "test_tracer.py"]


def installed(package: str) -> str | None:
    """The version of a package; None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@pytest.fixture(scope="module", params=["tf_keras", "keras"])
def keras(request: pytest.FixtureRequest) -> Any:
    """Keras 2, then Keras 3 on whatever `KERAS_BACKEND` says."""
    return pytest.importorskip(request.param)


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Iterator[Measured]:
    """What Keras does with a case. All that the session asks for are started at once: both generations run."""
    need_keras()
    for case in _cases(request):
        case.start()
    yield lambda case: case.start().result()
    stop_workers()


@pytest.fixture(scope="session")
def traced(request: pytest.FixtureRequest) -> Iterator[Measured]:
    """What the tracer sees of a case."""
    need_keras()
    for case in _cases(request):
        case.start_trace()
    yield lambda case: case.start_trace().result()
    stop_workers()


def need_keras() -> None:
    """Skips the test where TensorFlow, or one of the two generations of Keras, is not installed."""
    missing = [package for package in ("tensorflow", "tf_keras", "keras") if installed(package) is None]
    if missing:
        pytest.skip(f"measuring Keras needs {', '.join(missing)}")


def _cases(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The cases of the tests that the session will run and that ask for the fixture."""
    for item in request.session.items:
        if isinstance(item, pytest.Function) and request.fixturename in item.fixturenames:
            case = item.callspec.params.get("case") if hasattr(item, "callspec") else None
            if isinstance(case, Case):
                yield case


@pytest.fixture(scope="session")
def known_keras() -> None:
    """Skips under a version of Keras 3 whose treatment of `training` differs from what the cells say."""
    keras = installed("keras")
    if keras is not None and not (3, 10) <= tuple(map(int, keras.split(".")[:2])) <= (3, 15):
        pytest.skip(f"the cells hold for Keras 3.10 to 3.15, this is {keras}")
