"""Contact fields that a workspace defines: how they may be called, and which values a person may type.

Imports take what a file says; a person who types a value is told when it does not fit.
"""

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

from desktop.domain.filters import ATTRIBUTE, Attribute, Kind
from desktop.domain.importing import LONGEST_VALUE_BYTES
from desktop.domain.problems import Problem
from desktop.domain.text import clean, fold

LONGEST_NAME: Final = 60
KINDS: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, Kind.USER)
"""The kinds that a field can have, the usual one first."""
SEPARATOR: Final = "|"
"""Stands between several choices of one value, so no choice holds it."""
_TAKEN: Final = frozenset(
    (
        *("name", "first name", "last name", "full name", "phone", "phone number", "number", "id"),
        *("tag", "tags", "opt in", "opt out", "marketing opt in", "created", "last inbound", "last message"),
    )
)
"""What the table, filters, variables and imports already call something else."""


def checked_name(text: str) -> str:
    """The name of a field with single spaces. Raises Problem (field: name)."""
    name = " ".join(clean(text).split())
    if not name:
        raise Problem("Name missing", "Give the field a name.", "name")
    if len(name) > LONGEST_NAME:
        raise Problem("Name too long", f"A field’s name has at most {LONGEST_NAME} characters.", "name")
    if fold(name.replace("_", " ").replace("-", " ")) in _TAKEN:
        raise Problem("Name taken", f"Every contact has “{name}” already. Choose another name.", "name")
    return name


def checked_choices(kind: Kind, choices: Sequence[str]) -> tuple[str, ...]:
    """The choices, blank lines aside; none for a kind without choices. Raises Problem (field: choices)."""
    if kind not in (Kind.CHOICE, Kind.CHOICES):
        return ()
    shown = tuple(" ".join(clean(one).split()) for one in choices if clean(one).strip())
    if not shown:
        raise Problem("Choices missing", "Write at least one choice.", "choices")
    for number, one in enumerate(shown):
        if SEPARATOR in one:
            raise Problem("Wrong choice", f"“{one}” has a “|”, which stands between choices.", "choices")
        if fold(one) in {fold(other) for other in shown[:number]}:
            raise Problem("Choice twice", f"“{one}” is there twice. Take one of them away.", "choices")
    if len(SEPARATOR.join(shown).encode()) > LONGEST_VALUE_BYTES:
        raise Problem("Too many choices", "Together the choices are too long. Take some away.", "choices")
    return shown


def checked_value(attribute: Attribute, text: str, people: Sequence[str] = ()) -> str:
    """What is kept of a value that a person typed; "" for none. people: names of those who work here.

    Raises Problem (field: 'attribute:<name>') if it does not fit the field's kind.
    """
    shown = " ".join(clean(text).split()) if attribute.kind is not Kind.TEXT else clean(text).strip()
    if not shown:
        return ""
    try:
        return _of_kind(attribute, shown, people)
    except ValueError as wrong:
        said = str(wrong) if isinstance(wrong, _Unfit) else _SENTENCES[attribute.kind].format(shown)
        raise Problem(f"Wrong {attribute.name}", said, ATTRIBUTE + attribute.name) from wrong


class _Unfit(ValueError):
    """A value that does not fit, with the sentence that says why."""


_SENTENCES: Final = {
    Kind.TEXT: "“{}” cannot be kept.",
    Kind.NUMBER: "“{}” is not a number. Write it like 12.5.",
    Kind.DATE: "“{}” is not a date. Write it like 2026-11-23.",
    Kind.YES_NO: "“{}” is neither yes nor no.",
}


def _of_kind(attribute: Attribute, text: str, people: Sequence[str]) -> str:
    if attribute.kind is Kind.NUMBER:
        if not math.isfinite(float(text)):
            raise ValueError(text)
        return text
    if attribute.kind is Kind.DATE:
        return date.fromisoformat(text).isoformat()
    if attribute.kind is Kind.YES_NO:
        if fold(text) not in ("yes", "true", "no", "false"):
            raise ValueError(text)
        return "yes" if fold(text) in ("yes", "true") else "no"
    if attribute.kind is Kind.CHOICE:
        return _one_of(text, attribute.choices, "is not one of the choices")
    if attribute.kind is Kind.CHOICES:
        parts = [part for part in text.split(SEPARATOR) if part.strip()]
        return SEPARATOR.join(
            dict.fromkeys(_one_of(part, attribute.choices, "is not one of the choices") for part in parts)
        )
    if attribute.kind is Kind.USER:
        return _one_of(text, people, "does not work here")
    if len(fold(text).encode()) > LONGEST_VALUE_BYTES:
        raise _Unfit(f"The text is too long ({len(text):,} characters). Shorten it.")
    return text


def _one_of(text: str, known: Sequence[str], otherwise: str) -> str:
    for one in known:
        if fold(one) == fold(text):
            return one
    offered = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
    raise _Unfit(f"“{text.strip()}” {otherwise}." + (f" There are: {offered}." if known else ""))
