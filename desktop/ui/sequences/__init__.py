"""Sequences: the list, a sequence’s steps, report and settings, and putting contacts in."""
