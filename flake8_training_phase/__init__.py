"""Finds and fixes lost `training` flags in Keras code."""

__version__ = "0.2.0"
