"""Which phase do the layers of a model really run in? Runs the model and looks.

`assert_training_reaches` is for tests, `trace_training` for finding out. Neither TensorFlow nor Keras is imported
here: both come with the model. The checker does not use this package.
"""

from flake8_training_phase.runtime.trace import MODES, Phase, Site, Trace, TracedCall
from flake8_training_phase.runtime.tracing import assert_training_reaches, trace_training

__all__ = ["MODES", "Phase", "Site", "Trace", "TracedCall", "assert_training_reaches", "trace_training"]
