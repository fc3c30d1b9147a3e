"""The names of modules."""
