"""Bots: flows, their editor, and what became of their sessions."""
