"""Contacts as a file: the card that asks which and where, and shows how far it is."""
