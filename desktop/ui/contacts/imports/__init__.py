"""Contacts from a file: the card that opens it, maps its columns, checks it and imports it."""
