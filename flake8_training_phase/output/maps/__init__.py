"""How a map is shown: as text, as a page, as a picture, as data."""
