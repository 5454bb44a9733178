"""A table as a file: the card that asks which kind and where, and shows how far it is."""
