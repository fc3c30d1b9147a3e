"""Environments with one release of Keras each, for `version_matrix.py`; they stand outside of the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Release:
    """A minor release of `keras` (Keras 3) or `tf_keras` (Keras 2), or of a package, and what is installed for it."""

    keras: int
    version: str
    requirements: tuple[str, ...]
    distribution: str = ""
    """The package, where it is not Keras itself."""
    on_jax: bool = False
    """Whether JAX is installed too; such an environment is another one."""

    @property
    def package(self) -> str:
        """The distribution that is measured."""
        return self.distribution or ("tf_keras" if self.keras == 2 else "keras")

    @property
    def name(self) -> str:
        """For example `keras-3.8`, or `keras-3.8-jax`."""
        return f"{self.package}-{self.version or 'newest'}{'-jax' if self.on_jax else ''}"

    @property
    def number(self) -> tuple[int, ...]:
        """The version, to sort by."""
        return tuple(int(part) for part in self.version.split("."))


def keras_3(version: str, requirement: str = "") -> Release:
    """A release of Keras 3. All of them run with TensorFlow 2.16; `tf_keras` is for what mixes both."""
    return Release(3, version, (requirement or f"keras=={version}.*", "tensorflow-cpu==2.16.*", "tf-keras==2.16.*"))


def tf_keras(version: str) -> Release:
    """A release of tf_keras, which needs the TensorFlow of the same number."""
    return Release(2, version, (f"tf-keras=={version}.*", f"tensorflow-cpu=={version}.*"))


def keras_3_on_jax(version: str) -> Release:
    """A release of Keras 3 with JAX, and with TensorFlow to compare.

    Up to 3.9 that is the TensorFlow that `keras_3` installs, and the newest JAX that takes the same packages. From
    3.10 on JAX is of today, with a TensorFlow that takes the same NumPy.
    """
    early = int(version.split(".")[1]) < 10
    both = ("tensorflow-cpu==2.16.*", "jax==0.4.34") if early else ("tensorflow-cpu==2.20.*", "jax==0.12.*")
    return Release(3, version, (f"keras=={version}.*", *both), on_jax=True)


RELEASES = (*(tf_keras(f"2.{minor}") for minor in range(15, 22)), *(keras_3(f"3.{minor}") for minor in range(16)))
RELEASES_ON_JAX = tuple(keras_3_on_jax(one.version) for one in RELEASES if one.keras == 3)


class Unavailable(Exception):
    """An environment cannot be made; the message says why."""


def interpreter(release: Release, folder: Path, python: str) -> Path:
    """The interpreter of a release's environment below `folder`, which is made when it is missing. Raises Unavailable.

    `python` is the interpreter that environments are made from. uv is used where it is found: it shares files between
    environments, so that all of them take little more room than one per TensorFlow.
    """
    place = folder / release.name
    found = place / "bin" / "python"
    if not (place / "installed").exists():
        uv = shutil.which("uv") or _beside_python("uv")
        make = [uv, "venv", "--quiet", "--clear", "--python", python] if uv else [python, "-m", "venv", "--clear"]
        install = [uv, "pip", "install", "--python", str(found)] if uv else [str(found), "-m", "pip", "install"]
        _run([*make, str(place)])
        _run([*install, "--quiet", *release.requirements])
        (place / "installed").touch()
    return found


def versions(python: Path) -> Mapping[str, str]:
    """The versions that an environment has."""
    code = (
        "import importlib.metadata as m; "
        "print(*(f'{d.metadata[\"Name\"].lower()}={d.version}' for d in m.distributions()), sep='\\n')"
    )
    told = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines())


def _beside_python(name: str) -> str | None:
    path = Path(sys.executable).with_name(name)
    return str(path) if path.exists() else None


def _run(command: list[str]) -> None:
    # Not the checkout: what stands there is not to be imported by an installer.
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path.home())
    if done.returncode:
        raise Unavailable(" ".join(done.stderr.split())[-500:])
