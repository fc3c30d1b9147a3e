"""Follows the phase through what the machine wrote down, under each Keras."""
