"""`python -m flake8_training_phase` is `training-phase-fix`."""

import sys

from flake8_training_phase.cli import main

sys.exit(main())
