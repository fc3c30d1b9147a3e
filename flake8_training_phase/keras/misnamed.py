"""Other names that people give to `training`; Keras fills none of them."""

from __future__ import annotations

MISNAMED = (
    "is_training",
    "istraining",
    "isTraining",
    "is_train",
    "istrain",
    "isTrain",
    "in_training",
    "train",
    "trainning",
    "is_trainning",
    "training_mode",
    "train_mode",
    "train_flag",
    "training_flag",
    "train_phase",
    "training_phase",
    "phase_train",
    "is_training_phase",
    "phase",
    "mode",
)
"""Names of parameters that may mean the phase; a finding also needs one that reaches a layer or a branch."""

AMBIGUOUS = ("mode", "phase")
"""Those of them that mean something else more often: a branch on one says nothing."""

OPPOSITE = (
    *("deterministic", "inference", "is_inference", "inference_mode", "eval", "is_eval", "eval_mode", "evaluation"),
    *("test", "is_test", "testing", "is_testing", "test_mode", "predicting", "is_predicting"),
)
"""Names of parameters that say the opposite of it: `training=not deterministic`."""
