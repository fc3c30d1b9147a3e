"""Runs the layers and models of packages, and compares what they do with what the analysis says.

Run `python -m tests.runtime.packages --environments FOLDER keras-hub==0.32.0 …` from the root of the repository; FOLDER
stands outside of the checkout and keeps an environment for each package, a copy of its sources, and what was recorded:
a run that was broken off goes on where it stopped, and `--compare` only compares anew. `--tests PACKAGE=FOLDER` names
the sources of a package with its tests, whose configurations are tried first.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.runtime.environments import Unavailable, interpreter, versions
from tests.runtime.measure import ROOT
from tests.runtime.packages.known_packages import Distribution, distribution
from tests.runtime.packages.recording import Recorder, prepared
from tests.runtime.packages.report import Result, differences, table
from tests.runtime.packages.views import compared
from tests.runtime.packages.written_tests import written_configurations


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the packages; gives 1 where right code was reported as a bug, or a package could not be run."""
    options = _options(arguments)
    options.environments.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    failed = False
    for package in options.packages:
        print(package.name, file=sys.stderr, flush=True)
        result = _run(package, options)
        if isinstance(result, str):
            failed = True
            print(f"{package.name}: {result}", file=sys.stderr)
        else:
            results.append(result)
    for result in results:
        print("\n".join(differences(result, options.show)))
    print(table(results))
    if options.output:
        options.output.write_text(json.dumps([one.as_data() for one in results], indent=1) + "\n", encoding="utf-8")
    return int(failed or any(view.false_findings for one in results for view in one.views.values()))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.runtime.packages", description=__doc__)
    parser.add_argument("packages", nargs="+", type=distribution, metavar="NAME==VERSION")
    parser.add_argument("--environments", type=Path, required=True, help="a folder outside of the checkout")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that environments are made from")
    parser.add_argument("--tests", action="append", default=[], metavar="PACKAGE=FOLDER")
    parser.add_argument("--only", nargs="+", default=(), metavar="CLASS", help="only these classes")
    parser.add_argument("--per-module", type=int, default=4, help="how many models of one module are run")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop to record after so long")
    parser.add_argument("--graphs", action="store_true", help="run fit and predict in graphs, in three times the time")
    parser.add_argument("--compare", action="store_true", help="run nothing, compare what was recorded")
    parser.add_argument("--show", type=int, default=40, help="how many differences of a kind are printed")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the result as JSON")
    options = parser.parse_args(arguments)
    options.environments = options.environments.absolute()
    if options.environments.is_relative_to(ROOT):
        parser.error("environments have to stand outside of the checkout")
    return options


def _run(package: Distribution, options: argparse.Namespace) -> Result | str:
    """What came of a package; why nothing did."""
    try:
        python = interpreter(package.release, options.environments, options.python)
    except Unavailable as error:
        return str(error)
    installed = next(python.parents[1].glob(f"lib/python*/site-packages/{package.module}"), None)
    if installed is None:
        return f"there is no module {package.module} in it"
    place = prepared(options.environments / "runs" / package.release.name, installed, str(python), package.keras)
    if not options.compare:
        tests = dict(one.split("=", 1) for one in options.tests)
        written = written_configurations(Path(tests.get(package.name, installed)))
        try:
            recorder = Recorder(place, package.module, written, options.graphs)
            recorder.record(options.per_module, options.seconds, options.only)
        except RuntimeError as error:
            return str(error)
    keras = versions(python)["keras" if package.keras == 3 else "tf_keras"]
    return compared(f"{package.name} {_version(python, package)}", keras, place)


def _version(python: Path, package: Distribution) -> str:
    known = {name.replace("_", "-"): version for name, version in versions(python).items()}
    return known.get(package.name.lower().replace("_", "-"), package.version)


if __name__ == "__main__":
    sys.exit(main())
