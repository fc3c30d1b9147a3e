"""Rules about the learning phase API, KTP4xx."""
