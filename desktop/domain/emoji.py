"""Emoji by their Unicode names, for a person who looks for one. Pure."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from desktop.domain.text import fold

_BLOCKS: Final = (
    (0x1F600, 0x1F64F),
    (0x1F900, 0x1F9FF),
    (0x1F300, 0x1F5FF),
    (0x1F680, 0x1F6FF),
    (0x1FA70, 0x1FAFF),
)
_SKIN: Final = range(0x1F3FB, 0x1F400)
"""Colours of skin stand behind another sign, never by themselves."""
_OFTEN: Final = "👍🙏😊😀😂😍🎉🔥👏💪👋🤝👌🤔😅😢😮🎁🚚📦📍📅⏰✅❌⚠⭐❤☀☎✉✨⚡☕"
_PICTURED: Final = frozenset("⚠❤☀☎✉")
"""Letters of old that become pictures by the sign U+FE0F."""


@dataclass(frozen=True, slots=True)
class Emoji:
    """text: what is put into a message; name: 'thumbs up sign'."""

    text: str
    name: str


@cache
def every() -> tuple[Emoji, ...]:
    """All that this Python knows by name, those that are used often first."""
    return tuple(dict.fromkeys(_all()))


def _all() -> Iterator[Emoji]:
    for sign in _OFTEN:
        yield _named(sign)
    for first, last in _BLOCKS:
        for code in range(first, last + 1):
            sign = chr(code)
            if code not in _SKIN and unicodedata.category(sign) == "So" and unicodedata.name(sign, "") != "":
                yield _named(sign)


def _named(sign: str) -> Emoji:
    return Emoji(sign + "\ufe0f" if sign in _PICTURED else sign, unicodedata.name(sign, sign).lower())


def matching(wanted: str) -> list[Emoji]:
    """Those whose names hold every word; names that begin with what was typed come first."""
    words = fold(wanted).split()
    found = [one for one in every() if all(word in one.name for word in words)]
    typed = " ".join(words)
    return sorted(found, key=lambda one: not one.name.startswith(typed)) if typed else found
