"""Words that change the opt-in: STOP and its kin, matched against the whole message.

A message matches when nothing else stands in it, whatever its case, width, spaces or punctuation:
"Stop.", "ＳＴＯＰ" and "s t o p!" do; "please stop by at five" does not.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    """What a word asks for."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


@dataclass(frozen=True, slots=True)
class Words:
    """The workspace's words, as people typed them in the settings."""

    opt_out: tuple[str, ...] = ("STOP", "UNSUBSCRIBE", "STOP PROMOTIONS", "STOP OFFERS", "OPT OUT")
    opt_in: tuple[str, ...] = ("START", "SUBSCRIBE")

    def wish(self, text: str) -> Wish | None:
        """The wish that the whole of `text` expresses. A word on both lists opts out: the safe side."""
        heard = fold(text)
        if not heard:
            return None
        if heard in {fold(word) for word in self.opt_out}:
            return Wish.OPT_OUT
        if heard in {fold(word) for word in self.opt_in}:
            return Wish.OPT_IN
        return None


def fold(text: str) -> str:
    """The comparable core of a message: NFKC, casefold, letters, digits and marks only."""
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    said = [ch for ch in normal if unicodedata.category(ch)[0] in "LNMS" and ch not in _INVISIBLE]
    return "".join(ch for ch in said if unicodedata.category(ch)[0] != "S") or "".join(said)


_INVISIBLE = frozenset("\ufe0e\ufe0f\u200d")
