"""Where settings come from: `[tool.training-phase]` of a pyproject.toml, flake8's options, the command line."""
