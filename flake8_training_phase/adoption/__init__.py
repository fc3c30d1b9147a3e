"""Taking up the checker in code that already has findings: fingerprints, the baseline, `# noqa` comments."""
