"""Writes catalogues: what the layers of a package are to those who use them, read from its sources."""
