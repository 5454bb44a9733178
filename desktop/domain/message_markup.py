"""WhatsApp's own formatting in a text: *bold*, _italic_, ~strike~, `code`, ```code of several lines```, and links. Pure.

A sign opens at the beginning of a word and closes at the end of one, on the same line; between there is text without
space at its ends. In code and in links nothing else is formatted. Source: WhatsApp's help page "How to format your
messages".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Flag, auto
from typing import Final


class Mark(Flag):
    """How a stretch is formatted; several may hold at once."""

    NONE = 0
    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    MONO = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with the same marks."""

    text: str
    marks: Mark = Mark.NONE

    @property
    def address(self) -> str:
        """Where a link leads; "" for what is none."""
        if Mark.LINK not in self.marks:
            return ""
        return self.text if self.text[:4].lower() == "http" else f"https://{self.text}"


_SIGNS: Final = {"*": Mark.BOLD, "_": Mark.ITALIC, "~": Mark.STRIKE}
_FENCE: Final = "```"
_LINK: Final = re.compile(r"(?:https?://|www\.(?=[\w-]+\.))[^\s<>\"`]+", re.IGNORECASE)
_NOT_LAST: Final = ".,;:!?)]'*_~"
"""Signs that end a sentence about an address rather than the address."""


@dataclass(slots=True)
class _Piece:
    """text is left out when hidden: a sign that formats."""

    text: str
    marks: Mark = Mark.NONE
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Open:
    """A sign that may yet close: where it stands in the text and among the pieces."""

    sign: str
    at: int
    piece: int


def runs(text: str) -> list[Run]:
    """The text in stretches, without the signs that format it. Nothing else is left out."""
    pieces: list[_Piece] = []
    waiting: list[_Open] = []
    for at, end, kind in _tokens(text):
        token = text[at:end]
        if kind is not Mark.NONE:
            _add_atom(pieces, token, kind)
        elif token in _SIGNS:
            _add_sign(pieces, waiting, text, at)
        else:
            pieces.append(_Piece(token))
            if token == "\n":
                waiting.clear()
    return _joined(pieces)


def plain(text: str) -> str:
    """The words without the formatting signs: for previews in one line and for screen readers."""
    return "".join(run.text for run in runs(text))


def _add_atom(pieces: list[_Piece], token: str, kind: Mark) -> None:
    """Code, without its signs, or a link."""
    sign = "" if kind is Mark.LINK else _FENCE if token.startswith(_FENCE) else "`"
    inner = token[len(sign) : len(token) - len(sign)]
    pieces += [_Piece(sign, hidden=True), _Piece(inner, kind), _Piece(sign, hidden=True)]


def _add_sign(pieces: list[_Piece], waiting: list[_Open], text: str, at: int) -> None:
    sign = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    can_close = before not in ("", sign) and not before.isspace() and not _in_word(after, sign)
    can_open = after not in ("", sign) and not after.isspace() and not _in_word(before, sign)
    opened = next((one for one in reversed(waiting) if one.sign == sign), None)
    pieces.append(_Piece(sign))
    if can_close and opened is not None and opened.at < at - 1:
        for piece in pieces[opened.piece + 1 : -1]:
            piece.marks |= _SIGNS[sign]
        pieces[opened.piece].hidden = pieces[-1].hidden = True
        del waiting[
            waiting.index(opened) :
        ]  # what was opened inside and never closed stays as it was written
    elif opened is None and can_open:
        waiting.append(_Open(sign, at, len(pieces) - 1))


def _in_word(letter: str, sign: str) -> bool:
    """True beside a word or the same sign once more: there it neither opens nor closes."""
    return letter.isalnum() or letter == sign


def _tokens(text: str) -> Iterator[tuple[int, int, Mark]]:
    """Start, end and kind of what the text consists of: code and links whole, each sign, each line's end, the rest."""
    begun = at = 0
    open_fences = True
    while at < len(text):
        end, kind = at, Mark.NONE
        if open_fences and text.startswith(_FENCE, at):
            end, kind = _fenced(text, at), Mark.MONO
            open_fences = end > at  # none closes further on either
        if end == at and text[at] == "`":
            end, kind = _inline(text, at), Mark.MONO
        elif end == at and text[at] in "hHwW" and not text[at - 1 : at].isalnum():
            end, kind = _link(text, at), Mark.LINK
        if end == at:
            end, kind = (at + 1 if text[at] in _SIGNS or text[at] == "\n" else at), Mark.NONE
        if end == at:
            at += 1
            continue
        if begun < at:
            yield begun, at, Mark.NONE
        yield at, end, kind
        begun = at = end
    if begun < at:
        yield begun, at, Mark.NONE


def _fenced(text: str, at: int) -> int:
    """Where code between three signs ends; `at` if it does not."""
    close = text.find(_FENCE, at + len(_FENCE) + 1)
    return close + len(_FENCE) if close >= 0 else at


def _inline(text: str, at: int) -> int:
    """Where code between single signs ends, on the same line; `at` if it does not."""
    close = text.find("`", at + 1)
    inner = text[at + 1 : close]
    edges = _in_word(text[at - 1 : at], "`") or _in_word(text[close + 1 : close + 2], "`")
    return at if close < 0 or not inner.strip() or "\n" in inner or edges else close + 1


def _link(text: str, at: int) -> int:
    """Where an address ends; `at` if there is none."""
    found = _LINK.match(text, at)
    if found is None:
        return at
    kept = found.group().rstrip(_NOT_LAST)
    return at + len(kept) if _LINK.fullmatch(kept) else at


def _joined(pieces: list[_Piece]) -> list[Run]:
    made: list[Run] = []
    for piece in pieces:
        if piece.hidden or not piece.text:
            continue
        if made and made[-1].marks == piece.marks and Mark.LINK not in piece.marks:
            made[-1] = Run(made[-1].text + piece.text, piece.marks)
        else:
            made.append(Run(piece.text, piece.marks))
    return made
