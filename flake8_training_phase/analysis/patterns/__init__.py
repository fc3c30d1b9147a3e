"""Patterns in the checked code that single rules ask for, built on the analysis around them, which knows none."""
