"""Text as both databases must see it: folded in Python, so that search and filters agree."""

import re
import unicodedata
from typing import Final

LEAST_SEARCHED: Final = 3
"""Characters of a word that is looked for in messages by itself: an index of three letters each finds no shorter one."""
_UNACCENTED: Final = str.maketrans("łøđħŧı", "lodhti")
"""Letters with a stroke, and the i without a dot: Unicode does not take them apart."""
_EUROPEAN: Final = ((0x41, 0x2AF), (0x370, 0x52F), (0x1C80, 0x1C8F), (0x1D00, 0x1DBF), (0x1E00, 0x1FFF), (0x2C60, 0x2C7F),
                    (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F))  # fmt: skip
"""Where the letters of Latin, Greek and Cyrillic are: first and last code point."""
_BESIDE: Final = re.compile(
    f"(?<=[{''.join(f'{chr(low)}-{chr(high)}' for low, high in _EUROPEAN)}])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""Accents that follow such a letter."""


def fold(text: str) -> str:
    """The form in which names and texts are compared: NFKC, casefold, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def search_fold(text: str) -> str:
    """The form in which messages are searched: folded, and Latin, Greek and Cyrillic letters without their accents.

    In other scripts a mark is a letter of its own: Hindi's vowel signs stay.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    # A mark that no letter takes in stands beside it.
    return _BESIDE.sub("", fold(text).translate(_PLAIN))


class _Plain(dict[int, str]):
    """Letters by their code point as they are searched, each worked out once."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        first, *rest = list(unicodedata.normalize("NFKD", letter).translate(_UNACCENTED))
        plain = first + "".join(one for one in rest if unicodedata.category(one) != "Mn")
        self[code] = plain if any(low <= ord(first) <= high for low, high in _EUROPEAN) else letter
        return self[code]


_PLAIN: Final = _Plain()


def search_words(wanted: str) -> tuple[str, ...]:
    """What a message has to hold, each of them, to be found; () if no word has three characters."""
    words = tuple(dict.fromkeys(search_fold(clean(wanted)).split()))
    return words if any(len(one) >= LEAST_SEARCHED for one in words) else ()


def clean(text: str) -> str:
    """Text that any database can keep: no NUL, no lone surrogate."""
    return "".join(ch for ch in text if ch != "\x00" and not 0xD800 <= ord(ch) <= 0xDFFF)
