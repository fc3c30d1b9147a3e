"""Makes objects of a package's classes and records what their hosts do, class by class, so that a run can go on."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_training_phase.catalogues.package import Package, catalogue_of
from flake8_training_phase.keras import packages
from tests.runtime.measure import Worker
from tests.runtime.packages import hosts
from tests.runtime.packages.expressions import Expression, Making, expression_of, making_of
from tests.runtime.packages.written_tests import Written

PATIENCE = 900
"""How many seconds a worker may take for one job before it counts as hung."""

MEGABYTES = 4000
"""A worker that has taken more memory is ended: what Keras and TensorFlow keep of the models grows with each class."""

CATALOGUE = "catalogue.json"

Entry = dict[str, Any]
"""A class: `module`, `name`, `kind`; its `making` or the `problem`; by host its `calls`."""


@dataclass(slots=True)
class Workplace:
    """Where a package is run: its sources, the hosts beside them, and what was recorded."""

    folder: Path
    python: str
    keras: int

    @property
    def sources(self) -> Path:
        """The sources of the package, with the hosts beside them."""
        return self.folder / "sources"

    @property
    def alone(self) -> Path:
        """The hosts without the sources."""
        return self.folder / "alone"

    @property
    def listed(self) -> Path:
        """The classes that there are: to import all of a package takes long."""
        return self.folder / "listed.json"

    @property
    def recorded(self) -> Path:
        """A line of JSON for each class."""
        return self.folder / "recorded.jsonl"

    def write_hosts(self, entry: Entry, making: Making, keras: str) -> Path:
        """Write the module with the hosts of a class, in both places."""
        name = f"hosts_of_{entry['module'].replace('.', '_')}_{entry['name']}.py"
        file = self.sources / name
        file.write_text(hosts.module(making, keras), encoding="utf-8")
        link = self.alone / name
        link.unlink(missing_ok=True)
        link.symlink_to(file)
        return file

    def entries(self) -> dict[tuple[str, str], Entry]:
        """What was recorded, by module and name."""
        if not self.recorded.exists():
            return {}
        lines = self.recorded.read_text(encoding="utf-8").splitlines()
        return {(one["module"], one["name"]): one for one in map(json.loads, lines)}


class Recorder:
    """Records the classes of one package."""

    def __init__(self, place: Workplace, package: str, written: dict[str, list[Written]], graphs: bool) -> None:
        self._graphs = graphs
        self._place = place
        self._package = package
        self._written = written
        self._worker: Worker | None = None
        self._known: dict[str, Expression] = {}
        self._seen: dict[tuple[str, str], dict[str, Any]] = {}

    def record(self, per_module: int, seconds: float, only: Collection[str] = ()) -> None:
        """Record all classes that are not recorded yet, for so long. Of models, so many in each module. What could not
        be made is tried again when an object of its class has been seen inside another.
        """
        ends = time.monotonic() + seconds
        recorded = self._place.entries()
        made = (one for one in recorded.values() if "making" in one)
        self._known = {one["name"]: expression_of(one["making"]["construction"]) for one in made}
        for one in recorded.values():
            self._see(one)
        wanted = [one for one in self._listed(per_module) if not only or one["name"] in only]
        for is_first in (True, False):
            for entry in wanted:
                key = entry["module"], entry["name"]
                before = recorded.get(key)
                is_open = before is None or (not is_first and "problem" in before and self._is_seen_since(before))
                if is_open and time.monotonic() < ends:
                    recorded[key] = self._recorded(entry)
                    self._write(recorded[key])
        self._end_worker()

    def _is_seen_since(self, entry: Entry) -> bool:
        return not entry.get("was seen") and (entry["module"], entry["name"]) in self._seen

    def _write(self, entry: Entry) -> None:
        with self._place.recorded.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        outcome = entry.get("problem") or ", ".join(f"{len(one['calls'])}" for one in entry["hosts"].values())
        print(f"  {entry['module']}.{entry['name']}: {outcome[:150]}", file=sys.stderr, flush=True)

    def _listed(self, per_module: int) -> Iterator[Entry]:
        if not self._place.listed.exists():
            found = self._answer("listed", package=self._package)
            if "problem" in found:
                raise RuntimeError(f"{self._package} cannot be imported: {found['problem']}")
            self._place.listed.write_text(json.dumps(found), encoding="utf-8")
        found = json.loads(self._place.listed.read_text(encoding="utf-8"))
        counts: dict[str, int] = {}
        for one in sorted(found, key=lambda one: ("Backbone" not in one["name"], one["kind"] != "layer")):
            if one["kind"] != "layer":
                counts[one["module"]] = counts.get(one["module"], 0) + 1
            if counts.get(one["module"], 0) <= per_module:
                yield one

    def _recorded(self, entry: Entry) -> Entry:
        job = self._what_to_make(entry)
        found = self._answer("made", **job)
        if "making" not in found:
            return {**entry, "problem": found.get("failed") or found["problem"], "was seen": job["seen"] is not None}
        self._see(found)
        making = making_of(found["making"])
        self._known[entry["name"]] = making.construction
        file = self._place.write_hosts(entry, making, found["keras"])
        batch = {"batch": hosts.batch(making), "imports": list(hosts.batch_imports(making))}
        ways = (*hosts.HOSTS, hosts.ITSELF) if entry["kind"] == "model" and making.takes_one_batch else hosts.HOSTS
        traces: dict[str, dict[str, Any]] = {}
        for host in ways:
            traces[host] = self._answer("traced", file=str(file), host=host, graphs=self._graphs, **batch)
            if "runs nothing" in traces[host] or "too long" in traces[host].get("problems", ()):
                break  # It is the same in another host.
        for one in traces.values():
            if "problem" in one:
                one |= {"calls": [], "problems": {"all": one["problem"]}}
        return {**entry, **found, "file": file.name, "hosts": traces}

    def _see(self, entry: Entry) -> None:
        """Remember how the layers inside an object are made."""
        for one in entry.get("inside", ()):
            self._seen.setdefault((one["module"], one["name"]), one["making"])

    def _what_to_make(self, entry: Entry) -> dict[str, Any]:
        written = self._written.get(entry["name"], [])
        return {
            "module": entry["module"],
            "name": entry["name"],
            "written": [[_data(one), None if batch is None else _data(batch)] for one, batch in written],
            "seen": self._seen.get((entry["module"], entry["name"])),
            "known": {name: _data(one) for name, one in self._known.items()},
        }

    def _answer(self, action: str, **job: object) -> Any:
        """What the worker answers; a `problem` where it cannot."""
        if self._worker is None:
            self._worker = Worker(self._place.keras, self._place.python, [self._place.sources], PATIENCE)
        try:
            told = self._worker.ask("package", action=action, **job)
        except RuntimeError as error:
            if "has died" in str(error):
                self._end_worker()
            return {"problem": str(error).strip()[-300:]}
        if told["megabytes"] > MEGABYTES:
            self._end_worker()
        return told["answer"]

    def _end_worker(self) -> None:
        """End the process; the next question starts another."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None


def _data(expression: Expression) -> dict[str, Any]:
    return {"text": expression.text, "imports": list(expression.imports)}


def prepared(folder: Path, installed: Path, python: str, keras: int) -> Workplace:
    """The workplace of a package, with a copy of its sources, which are run and read from there, and a catalogue of
    them where the checker brings none.
    """
    place = Workplace(folder, python, keras)
    for one in (place.sources, place.alone):
        one.mkdir(parents=True, exist_ok=True)
        (one / "pyproject.toml").touch()  # Nothing above belongs to it.
    copy = place.sources / installed.name
    if not copy.exists():
        shutil.copytree(installed, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if (
        not Path(packages.__file__).with_name("packages").joinpath(f"{installed.name}.json").exists()
        and not (place.alone / CATALOGUE).exists()
    ):
        (place.alone / CATALOGUE).write_text(catalogue_of(Package(copy, "")), encoding="utf-8")
        settings = f'[tool.training-phase]\ncatalogues = ["{CATALOGUE}"]\n'
        (place.alone / "pyproject.toml").write_text(settings, encoding="utf-8")
    return place
