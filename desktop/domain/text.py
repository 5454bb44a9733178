"""Text as both databases must see it: folded in Python, so that search and filters agree."""

import unicodedata


def fold(text: str) -> str:
    """The form in which names and texts are compared: NFKC, casefold, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def clean(text: str) -> str:
    """Text that any database can keep: no NUL, no lone surrogate."""
    return "".join(ch for ch in text if ch != "\x00" and not 0xD800 <= ord(ch) <= 0xDFFF)
