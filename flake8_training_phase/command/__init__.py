"""The command `training-phase-fix`: what it is asked for, and what it does."""
