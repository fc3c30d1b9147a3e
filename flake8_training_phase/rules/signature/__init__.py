"""Rules about the signature of `call`, KTP1xx."""
