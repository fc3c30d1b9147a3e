"""What functions from outside the checked code do."""
