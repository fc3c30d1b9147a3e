"""Runs code of the checked project on values."""
