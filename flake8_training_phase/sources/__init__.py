"""Where text comes from and goes back to: the gate, files, notebooks, Markdown, encodings, `# noqa`, edits."""
