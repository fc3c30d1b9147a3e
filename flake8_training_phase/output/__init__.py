"""What the command shows beside the findings themselves, and where it goes: summary, diff, colour, progress, files."""
