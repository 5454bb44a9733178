"""The API that Gallabox's clients know, and what is added to it. A file per noun."""
