"""Quick replies: texts that a team keeps, called by a shortcut after a slash, with the contact's values in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.domain.compose import MAX_TEXT_LENGTH, OPEN_VARIABLE
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold

LONGEST_SHORTCUT: Final = 40
_SHORTCUT: Final = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A text under its shortcut, which is kept without the slash."""

    id: int
    shortcut: str
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A quick reply with a contact's values. missing: names of variables that stand open in the text."""

    text: str
    missing: tuple[str, ...] = ()


def filled(reply: QuickReply, fields: Mapping[str, str]) -> Filled:
    """Put values in place of {{name}}; one that is empty or unknown stays as it is and is named as missing.

    fields: by name, as of `contacts.fields_of`, and `agent`.
    """
    known = {fold(name): value for name, value in fields.items() if value}
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        got = known.get(fold(name))
        if got is None:
            missing[name] = None
            return found.group(0)
        return got

    return Filled(OPEN_VARIABLE.sub(value, reply.text), tuple(missing))


def values_of(fields: Mapping[str, str], agent: str) -> dict[str, str]:
    """What variables may be called: the contact's fields, its attributes by their bare names, and `agent`.

    fields: as of `contacts.fields_of`. agent: the name of the person who writes.
    """
    bare = {name.removeprefix("attribute:"): value for name, value in fields.items()}
    return bare | dict(fields) | {"agent": agent}


def matching(replies: Sequence[QuickReply], wanted: str) -> list[QuickReply]:
    """Those whose shortcut begins with what was typed, then those that hold it in shortcut or text."""
    typed = fold(wanted)
    first = [one for one in replies if fold(one.shortcut).startswith(typed)]
    rest = [one for one in replies if one not in first and typed in fold(f"{one.shortcut} {one.text}")]
    return first + rest


def checked(shortcut: str, text: str) -> tuple[str, str]:
    """What is kept of what a person gave. Raises Problem."""
    shortcut, text = clean(shortcut).strip().removeprefix("/"), clean(text).strip()
    if not _SHORTCUT.fullmatch(shortcut) or len(shortcut) > LONGEST_SHORTCUT:
        raise Problem(
            "Shortcut cannot be used",
            f"A shortcut has up to {LONGEST_SHORTCUT} letters, digits and hyphens, without spaces.",
            "shortcut",
        )
    if not text or len(text) > MAX_TEXT_LENGTH:
        raise Problem("Text cannot be used", f"Give 1 to {MAX_TEXT_LENGTH:,} characters.", "text")
    return shortcut, text
