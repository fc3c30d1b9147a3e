"""Maps of models: each layer call in order, the flag it is given, and the mode it runs in."""
