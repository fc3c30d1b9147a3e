"""One run over many files: what earlier runs know of them, who examines the others, and when they are written."""
