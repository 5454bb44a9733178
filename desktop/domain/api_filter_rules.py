"""Reading the rules of a filter in Gallabox's shape: each becomes conditions of ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from desktop.domain import filters
from desktop.domain.api_filter import EMAIL, LABELS, OPERATORS, OWNER, PLAIN
from desktop.domain.api_filter_conditions import (
    EMPTINESS,
    ENDS_WITH,
    FROM,
    LEAST,
    MOST,
    NEGATIVE,
    NOBODY,
    RANGE,
    READERS,
    TO,
    EndsWith,
    Known,
    NotAsked,
    Operator,
    Rule,
    changed_rule,
    passes_rule,
)
from desktop.domain.filters import ATTRIBUTE, EVERYONE, Attribute, BadFilter, Filter, Kind, Op
from desktop.domain.problems import Problem
from desktop.domain.public_ids import public_id
from desktop.domain.text import clean, fold


@dataclass(frozen=True, slots=True)
class AskedRule:
    """One rule as it came. label: of the property, tried where nothing has the property's name."""

    property: str
    operator: str
    values: tuple[str, ...] = ()
    label: str = ""


def rule_of(asked: AskedRule, known: Known, where: str) -> Rule:
    """The rule that was asked for. Raises a Problem of '<where>.property', '.operator' or '.values'."""
    name = _property(asked, known.attributes, where)
    operator = _OPERATORS.get(_word(asked.operator))
    if operator is None:
        raise Problem("Unknown operator", f"“{asked.operator}” is no operator here.", f"{where}.operator")
    values = () if operator in EMPTINESS else _values(asked, where)
    try:
        return _rule(name, operator, values, known)
    except BadFilter as wrong:
        raise Problem("Wrong value", f"“{asked.property}” cannot be that.", f"{where}.values") from wrong
    except NotAsked as wrong:
        said = ", ".join(OPERATORS[str(wrong)])
        raise Problem(
            "Wrong operator",
            f"“{asked.operator}” cannot be asked of this, only: {said}.",
            f"{where}.operator",
        ) from wrong


def _word(text: str) -> str:
    """Letters alone, so that 'IS_NOT', 'isNot' and 'Is not' are one; signs stay as they are."""
    folded = fold(text)
    return "".join(ch for ch in folded if ch.isalnum()) or folded


_ALIASES: Final = {"tag": "tags", "emails": "email", "phones": "phone", "contactownerid": "contactOwner"}
_PROPERTIES: Final = (
    {_word(label): name for name, label in LABELS.items()} | {_word(name): name for name in LABELS} | _ALIASES
)
_OPERATORS: Final[dict[str, Operator]] = {
    "is": Op.IS,
    "equals": Op.IS,
    "=": Op.IS,
    "==": Op.IS,
    "isnot": Op.IS_NOT,
    "notequals": Op.IS_NOT,
    "≠": Op.IS_NOT,
    "!=": Op.IS_NOT,
    "contains": Op.CONTAINS,
    "containsall": Op.ALL_OF,
    "doesnotcontain": Op.NOT_CONTAINS,
    "notcontains": Op.NOT_CONTAINS,
    "startswith": Op.STARTS_WITH,
    "endswith": ENDS_WITH,
    "before": Op.BEFORE,
    "isbefore": Op.BEFORE,
    "after": Op.AFTER,
    "isafter": Op.AFTER,
    "onorbefore": TO,
    "isonorbefore": TO,
    "onorafter": FROM,
    "isonorafter": FROM,
    "range": RANGE,
    "between": RANGE,
    "≥": LEAST,
    ">=": LEAST,
    "≤": MOST,
    "<=": MOST,
    ">": Op.MORE,
    "<": Op.LESS,
    "isempty": Op.EMPTY,
    "empty": Op.EMPTY,
    "isnotempty": Op.NOT_EMPTY,
    "notempty": Op.NOT_EMPTY,
}


def _property(asked: AskedRule, attributes: Mapping[str, Attribute], where: str) -> str:
    """'phone' or 'attribute:City': by the property's id or name, then by its label."""
    for text in (asked.property, asked.label):
        if _word(text) in _PROPERTIES:
            return _PROPERTIES[_word(text)]
        for one in attributes.values():
            if public_id(one.id) == text.strip().lower() or fold(one.name) == fold(text):
                return ATTRIBUTE + one.name
    raise Problem(
        "Unknown property",
        f"No contact has “{asked.property}”. GET contacts/filters lists what can be asked for.",
        f"{where}.property",
    )


def _values(asked: AskedRule, where: str) -> tuple[str, ...]:
    if not asked.values or any(not one.strip() or clean(one) != one for one in asked.values):
        raise Problem("Value missing", f"“{asked.property}” is compared with nothing.", f"{where}.values")
    return asked.values


def _rule(name: str, operator: Operator, values: tuple[str, ...], known: Known) -> Rule:
    """Raises BadFilter for a value, NotAsked for an operator."""
    if name == "marketingOptIn":
        return passes_rule(operator, values)
    if name == "updatedAt":
        return changed_rule(operator, values)
    ours = PLAIN.get(name, name)
    if name in ("email", "contactOwner"):
        found = next((one for one in known.attributes if fold(one) == fold(_ADDED[name])), None)
        if found is None:  # nobody has one yet
            return EVERYONE if operator in (Op.EMPTY, *NEGATIVE) else NOBODY
        ours = ATTRIBUTE + found
    kind = filters.kind_of(ours, known.attributes)
    if operator == ENDS_WITH and kind is Kind.TEXT:
        return EndsWith(ours, tuple(str(filters.parse_value(kind, one, ours)) for one in values))
    made = READERS[kind](ours, operator, values, known)
    filters.check(Filter((made,)), known.attributes)
    return made


_ADDED: Final = {"email": EMAIL, "contactOwner": OWNER}
