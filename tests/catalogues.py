"""Writes the catalogues that come with the checker, from the sources of the packages.

Run `python -m tests.catalogues FOLDER` from the root of the repository, where FOLDER holds the sources of each release
below, unpacked so that `FOLDER/keras-hub/keras_hub` is the package. With `--download` pip puts there what is missing;
nothing of it is run. With `--check` the files are compared.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from flake8_training_phase.catalogues.package import Package, catalogue_of
from flake8_training_phase.keras import packages

CATALOGUES = Path(packages.__file__).with_name("packages")


class Source(NamedTuple):
    """A release of a package."""

    distribution: str
    package: str
    release: str
    keras: frozenset[int] = frozenset()
    """The major versions of Keras that it is made for; nothing where its imports say so."""


SOURCES = (
    Source("bayesflow", "bayesflow", "2.0.12", frozenset({3})),
    Source("deepchem", "deepchem", "2.8.0", frozenset({2})),
    Source("keras-cv", "keras_cv", "0.9.0"),
    # It refuses Keras 3.
    Source("keras-cv-attention-models", "keras_cv_attention_models", "1.4.3", frozenset({2})),
    Source("keras-hub", "keras_hub", "0.32.0", frozenset({3})),
    Source("keras-nlp", "keras_nlp", "0.6.1"),
    Source("keras-rs", "keras_rs", "0.4.0", frozenset({3})),
    Source("keras-tcn", "tcn", "3.5.7"),
    Source("kimm", "kimm", "0.2.5", frozenset({3})),
    Source("spektral", "spektral", "1.3.1"),
    Source("tensorflow-addons", "tensorflow_addons", "0.23.0", frozenset({2})),
    Source("tensorflow-model-optimization", "tensorflow_model_optimization", "0.8.1", frozenset({2})),
    Source("tensorflow-probability", "tensorflow_probability", "0.25.0", frozenset({2})),
    Source("tensorflow-recommenders", "tensorflow_recommenders", "0.7.7"),
    Source("tf-models-official", "official", "2.20.0", frozenset({2})),
    Source("transformers", "transformers", "4.44.2", frozenset({2})),
    Source("vit-keras", "vit_keras", "0.2.0"),
)

BY_HAND = ("classification_models", "efficientnet", "segmentation_models", "tensorflow_hub")
"""Those whose sources do not say it: what they load decides, or they are given their Keras when they run."""


def download(source: Source, folder: Path) -> None:
    """Put the sources of a release below a folder. Raises CalledProcessError when pip cannot."""
    with tempfile.TemporaryDirectory() as wheels:
        wanted = f"{source.distribution}=={source.release}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", wheels, wanted], check=True, capture_output=True, text=True)
        [wheel] = Path(wheels).glob("*.whl")
        zipfile.ZipFile(wheel).extractall(folder / source.distribution)


def text_of(source: Source, folder: Path) -> str:
    """The catalogue of a release whose sources are below a folder."""
    package = (folder / source.distribution / source.package).resolve()
    return catalogue_of(Package(package, source.release), source.keras or None)


def shipped(source: Source) -> Path:
    """The file of a catalogue that comes with the checker."""
    return CATALOGUES / f"{source.package}.json"


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", help="names of distributions")
    parser.add_argument("--download", action="store_true", help="download what is missing in the folder")
    parser.add_argument("--check", action="store_true", help="compare; exit with 1 if a file differs")
    options = parser.parse_args()
    differ = 0
    for one in SOURCES:
        if options.only and one.distribution not in options.only:
            continue
        folder = options.folder / one.distribution / one.package
        if options.download and not folder.is_dir():
            download(one, options.folder)
        if not folder.is_dir():
            print(f"{folder} is missing")
            differ = 1
            continue
        text = text_of(one, options.folder)
        if not options.check:
            shipped(one).write_text(text, encoding="utf-8")
        elif shipped(one).read_text(encoding="utf-8") != text:
            print(f"{shipped(one).name} differs")
            differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main())
