"""The command `training-phase-fix`: its options, and what it does."""
