"""Filters in words: the fields, the operators, a condition, a whole filter as a sentence. Pure."""

import re
from collections.abc import Sequence
from datetime import date
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
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def field_name(field: str) -> str:
    """How a filter field is called on the screen."""
    return FIELDS.get(field) or field.removeprefix(ATTRIBUTE)


def day(text: str) -> str:
    """'1 Aug 2026' from '2026-08-01'; anything else as it is."""
    try:
        read = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        read = None
    return text if read is None else f"{read.day} {read:%b %Y}"


def filter_sentence(wanted: Filter) -> str:
    """The audience in words, for a summary: 'Tag is any of VIP or Press and City is Halifax', 'Everyone'."""
    if wanted.selects_everyone:
        return "Everyone"
    joint = " and " if wanted.match_all else " or "
    return joint.join(
        f"({filter_sentence(one)})" if isinstance(one, Filter) else _of_field(one) for one in wanted.items
    )


def _of_field(one: Condition) -> str:
    return condition_words(field_name(one.field), one.op, one.values)


def condition_words(name: str, op: Op, values: Sequence[str]) -> str:
    """'order is 4468', 'Added before 1 Aug 2026'; '…' where a value is missing."""
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return f"{name} {OPERATORS[op]}"
    return f"{name} {OPERATORS[op]} {' or '.join(day(one) for one in values) or '…'}"
