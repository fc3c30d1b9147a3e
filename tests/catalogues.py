"""Writes the catalogues that come with the checker, from the sources of the packages.

Run `python -m tests.catalogues FOLDER` from the root of the repository, where FOLDER holds the sources of each release
below, unpacked so that `FOLDER/keras-hub/keras_hub` is the package. With `--check` the files are compared.
"""

from __future__ import annotations

import argparse
import sys
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
    Source("keras-cv", "keras_cv", "0.9.0"),
    Source("keras-hub", "keras_hub", "0.32.0", frozenset({3})),
    Source("keras-nlp", "keras_nlp", "0.6.1"),
    Source("keras-rs", "keras_rs", "0.4.0", frozenset({3})),
    Source("keras-tcn", "tcn", "3.5.7"),
    Source("kimm", "kimm", "0.2.5", frozenset({3})),
    Source("spektral", "spektral", "1.3.1"),
    Source("tensorflow-addons", "tensorflow_addons", "0.23.0", frozenset({2})),
    Source("tf-models-official", "official", "2.20.0", frozenset({2})),
    Source("transformers", "transformers", "4.44.2", frozenset({2})),
)
"""All but `tensorflow_hub`, whose one layer runs what it loads: its catalogue is written by hand."""


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", help="names of distributions")
    parser.add_argument("--check", action="store_true", help="compare; exit with 1 if a file differs")
    options = parser.parse_args()
    differ = 0
    for one in SOURCES:
        if options.only and one.distribution not in options.only:
            continue
        folder = options.folder / one.distribution / one.package
        if not folder.is_dir():
            print(f"{folder} is missing")
            differ = 1
            continue
        text = catalogue_of(Package(folder.resolve(), one.release), one.keras or None)
        path = CATALOGUES / f"{one.package}.json"
        if not options.check:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            print(f"{path.name} differs")
            differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main())
