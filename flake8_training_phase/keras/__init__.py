"""What Keras does: its names, its layers, its phase semantics, its legacy API. Knows no syntax tree."""
