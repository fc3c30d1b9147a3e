"""Rules about what `call` passes on to its layers, KTP2xx."""
