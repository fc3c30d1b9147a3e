"""The language server. All but `main.py` and `features.py` does without pygls, and serves python-lsp-server too."""
