"""Reads syntax trees: walking, blocks."""
