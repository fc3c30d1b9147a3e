"""Where text comes from and goes back to: the gate, files, encodings, `# noqa`, edits."""
