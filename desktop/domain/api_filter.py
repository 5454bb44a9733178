"""Filters in Gallabox's shape: what can be asked for there, and ours as they are told there. Pure.

A filter there is {"condition": "and" | "or", "rules": [{"type", "property", "operator", "values"}]}; of a nested
group, the rule is such a filter again. `api_filter_rules` reads them.
Source of the shapes and of the operators: Gallabox's public API description.
"""

from collections.abc import Mapping
from typing import Any, Final

from desktop.domain.filters import ATTRIBUTE, FIELDS, Attribute, Condition, Filter, Kind, Op
from desktop.domain.public_ids import public_id
from desktop.domain.text import fold

EMAIL: Final = "Email"
OWNER: Final = "Contact owner"
"""The contact fields that keep what Gallabox's contacts have and ours do not; made when the first value comes."""

EMPTY, NOT_EMPTY = "Is empty", "Is not empty"
OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "TEXT": ("Is", "Is not", "Contains", "Does not contain", "Starts with", "Ends with", EMPTY, NOT_EMPTY),
    "NUMBER": ("=", "≠", "≥", "≤", ">", "<", EMPTY, NOT_EMPTY),
    "DATE": (
        *("Is", "Is before", "Is after", "Is on or before", "Is on or after", "Range"),
        *(EMPTY, NOT_EMPTY),
    ),
    "SELECT": ("Contains", "Does not contain", EMPTY, NOT_EMPTY),
    "LOOKUP": ("Contains", "Contains all", "Does not contain", EMPTY, NOT_EMPTY),
}
"""The operators of each type of property."""
TYPES: Final = {
    Kind.TEXT: "TEXT",
    Kind.NUMBER: "NUMBER",
    Kind.DATE: "DATE",
    Kind.CHOICE: "SELECT",
    Kind.CHOICES: "LOOKUP",
    Kind.YES_NO: "SELECT",
    Kind.USER: "LOOKUP",
    Kind.TAG: "LOOKUP",
    Kind.OPT_IN: "SELECT",
}
PLAIN: Final = {
    "name": "name",
    "phone": "phone",
    "email": ATTRIBUTE + EMAIL,
    "contactOwner": ATTRIBUTE + OWNER,
    "tags": "tag",
    "optIn": "opt_in",
    "createdAt": "created",
    "lastInboundAt": "last_inbound",
}
"""The properties that are fields of ours; there are two more, which our filters cannot ask for."""
LABELS: Final = {
    "name": "Name",
    "phone": "Phone",
    "email": "Email",
    "contactOwner": "Contact Owner",
    "tags": "Tags",
    "marketingOptIn": "Marketing Optin",
    "optIn": "Opt-in as recorded",
    "createdAt": "Created At",
    "updatedAt": "Updated At",
    "lastInboundAt": "Last wrote to us",
}
"""The properties that every workspace has, and how they are called."""
TRUE, FALSE = "true", "false"

_KINDS_OF_ADDED: Final = {"email": "TEXT", "contactOwner": "LOOKUP"}
_VALUES: Final = {"marketingOptIn": [TRUE, FALSE], "optIn": ["yes", "no", "none"]}
_OPS: Final[dict[Op, str]] = {
    Op.IS: "Is",
    Op.IS_NOT: "Is not",
    Op.CONTAINS: "Contains",
    Op.NOT_CONTAINS: "Does not contain",
    Op.STARTS_WITH: "Starts with",
    Op.ANY_OF: "Contains",
    Op.ALL_OF: "Contains all",
    Op.NONE_OF: "Does not contain",
    Op.BEFORE: "Is before",
    Op.AFTER: "Is after",
    Op.LESS: "<",
    Op.MORE: ">",
    Op.EMPTY: EMPTY,
    Op.NOT_EMPTY: NOT_EMPTY,
}
_NUMBER_OPS: Final = {Op.IS: "=", Op.IS_NOT: "≠"}


def is_added(attribute: Attribute) -> bool:
    """True for a contact field that is told as a part of the contact itself: its e-mail address, its owner."""
    return fold(attribute.name) in (fold(EMAIL), fold(OWNER))


def properties(attributes: Mapping[str, Attribute]) -> list[dict[str, Any]]:
    """What can be asked for: {type, property, propertyLabel, values}; values: all that there are, if they are fixed."""
    plain = [
        {"type": _type(name), "property": name, "propertyLabel": label, "values": list(_VALUES.get(name, ()))}
        for name, label in LABELS.items()
    ]
    return plain + [
        {
            "type": TYPES[one.kind],
            "property": public_id(one.id),
            "propertyLabel": one.name,
            "values": [TRUE, FALSE] if one.kind is Kind.YES_NO else list(one.choices),
        }
        for one in attributes.values()
        if not is_added(one)
    ]


def _type(name: str) -> str:
    if name in ("marketingOptIn", "updatedAt"):
        return "SELECT" if name == "marketingOptIn" else "DATE"
    return _KINDS_OF_ADDED.get(name) or TYPES[FIELDS[PLAIN[name]]]


def filter_shown(wanted: Filter, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """A filter of ours as {"condition", "rules"}. attributes: by name."""
    return {
        "condition": "and" if wanted.match_all else "or",
        "rules": [
            filter_shown(item, attributes) if isinstance(item, Filter) else _rule_shown(item, attributes)
            for item in wanted.items
        ],
    }


def _rule_shown(one: Condition, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    property, label, kind = _named(one.field, attributes)
    operator = _NUMBER_OPS.get(one.op) if kind is Kind.NUMBER else None
    return {
        "type": TYPES[kind],
        "property": property,
        "propertyLabel": label,
        "operator": operator or _OPS[one.op],
        "values": list(one.values),
    }


def _named(field: str, attributes: Mapping[str, Attribute]) -> tuple[str, str, Kind]:
    """The property, its label and its kind; a field that is gone keeps its name."""
    if field in FIELDS:
        property = next(name for name, ours in PLAIN.items() if ours == field)
        return property, LABELS[property], FIELDS[field]
    name = field.removeprefix(ATTRIBUTE)
    known = attributes.get(name)
    if known is None:
        return name, name, Kind.TEXT
    if is_added(known):
        property = "email" if fold(known.name) == fold(EMAIL) else "contactOwner"
        return property, LABELS[property], known.kind
    return public_id(known.id), known.name, known.kind
