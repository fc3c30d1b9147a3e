"""What rules ask."""
