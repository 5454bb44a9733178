"""Filters in words: the fields, the operators, a whole filter as a sentence."""

from datetime import datetime
from typing import Final

from desktop.domain.filters import ATTRIBUTE, Condition, Filter, Op

FIELDS: Final[dict[str, str]] = {
    "tag": "Tag",
    "opt_in": "Marketing opt-in",
    "name": "Name",
    "phone": "Phone",
    "created": "Added",
    "last_inbound": "Last wrote to us",
}
OPERATORS: Final[dict[Op, str]] = {
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.CONTAINS: "contains",
    Op.NOT_CONTAINS: "does not contain",
    Op.STARTS_WITH: "starts with",
    Op.ANY_OF: "is any of",
    Op.ALL_OF: "has all of",
    Op.NONE_OF: "is none of",
    Op.BEFORE: "before",
    Op.AFTER: "after",
    Op.LESS: "less than",
    Op.MORE: "more than",
    Op.EMPTY: "is empty",
    Op.NOT_EMPTY: "is not empty",
}


def field_name(field: str) -> str:
    """How a filter field is called on the screen."""
    return FIELDS.get(field) or field.removeprefix(ATTRIBUTE)


def day(text: str) -> str:
    """'1 Aug 2026' from '2026-08-01'; anything else as it is."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{read.day} {read:%b %Y}"


def filter_sentence(wanted: Filter) -> str:
    """The audience in words, for a summary."""
    if wanted.selects_everyone:
        return "Everyone"
    joint = " and " if wanted.match_all else " or "
    parts = [
        f"({filter_sentence(item)})" if isinstance(item, Filter) else _condition_words(item)
        for item in wanted.items
    ]
    return joint.join(parts)


def _condition_words(one: Condition) -> str:
    unfinished = not one.values and one.op not in (Op.EMPTY, Op.NOT_EMPTY)
    values = "…" if unfinished else " or ".join(day(value) for value in one.values)
    return f"{field_name(one.field)} {OPERATORS[one.op]} {values}".strip()
