"""`python -m flake8_training_phase` is `training-phase-fix`."""

import sys

if not getattr(sys.flags, "safe_path", False):
    # `-m` lets imports find the working folder first: that is the checked project, whose code is never run, and a
    # `libcst.py` or `tomllib.py` of its own would be.
    del sys.path[0]

from flake8_training_phase.cli import main

sys.exit(main())
