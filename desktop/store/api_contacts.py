"""Contacts as other programs look for them: by rules that go beyond the workspace's filters."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, true

from desktop.domain.api_filter_conditions import Changed, EndsWith, Passes, Rule, passes
from desktop.domain.filters import ATTRIBUTE, Attribute, Condition, Filter
from desktop.domain.text import fold
from desktop.store import audience, contacts, facts, tables
from desktop.store.engine import Tx

_contact = tables.contact.c
_value = tables.contact_attribute.c
_PACKED: Final = tuple(one for one in range(32) if one & facts.OPT_IN_MASK in facts.OPT_IN_CODE.values())
"""The 24 numbers that `contact.facts` can be."""


def ids(
    tx: Tx, rules: Sequence[Rule], *, match_all: bool, search: str, strict: bool, first: int, limit: int
) -> list[int]:
    """A page of those whom the rules select, by name. search: part of a name or number. Raises BadFilter."""
    parts = [_one(tx, rule, strict) for rule in rules]
    wanted: list[ColumnElement[bool]] = [_contact.merged_into.is_(None)]
    if parts:
        wanted.append(and_(*parts) if match_all else or_(*parts))
    if search.strip():
        wanted.append(audience.search_condition(search))
    asked = select(_contact.id).where(*wanted).order_by(_contact.name_folded, _contact.id)
    return list(tx.conn.scalars(asked.offset(first).limit(limit)))


def _one(tx: Tx, rule: Rule, strict: bool) -> ColumnElement[bool]:
    if isinstance(rule, Condition | Filter):
        return audience.condition(tx, rule if isinstance(rule, Filter) else Filter((rule,)))
    if isinstance(rule, EndsWith):
        return or_(*(_ends_with(tx, rule.field, text) for text in rule.texts))
    if isinstance(rule, Passes):
        packed = [one for one in _PACKED if passes(facts.unpack(one), strict) is rule.wanted]
        return _contact.facts.in_(packed)
    return _changed(rule)


def _ends_with(tx: Tx, field: str, text: str) -> ColumnElement[bool]:
    columns: dict[str, Any] = {"name": _contact.name_folded, "phone": _contact.phone}
    if field in columns:
        return and_(columns[field].is_not(None), columns[field].endswith(text, autoescape=True))
    attribute = contacts.known_attributes(tx)[field.removeprefix(ATTRIBUTE)]
    held = select(_value.contact_id).where(
        _value.attribute_id == attribute.id, _value.folded.endswith(text, autoescape=True)
    )
    return _contact.id.in_(held)


def _changed(rule: Changed) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [true()]
    if rule.since is not None:
        bounds.append(_contact.updated_at >= rule.since)
    if rule.before is not None:
        bounds.append(_contact.updated_at < rule.before)
    return and_(*bounds)


def with_value(
    tx: Tx, attribute: Attribute, value: str, limit: int = 2, *, without_number: bool = False
) -> list[int]:
    """The first contacts that have this value, however it is written; those who were merged away aside.

    without_number: only of those who have no number.
    """
    asked = (
        select(_contact.id)
        .join(tables.contact_attribute, _value.contact_id == _contact.id)
        .where(_value.attribute_id == attribute.id, _value.folded == fold(value))
        .where(_contact.merged_into.is_(None))
    )
    if without_number:
        asked = asked.where(_contact.phone.is_(None))
    return list(tx.conn.scalars(asked.order_by(_contact.id).limit(limit)))


def hold_field(tx: Tx, attribute: Attribute) -> None:
    """Until the end of the transaction, nobody else who asks for this sees to a value of the field."""
    row = tables.attribute.c
    # Not against those who only give somebody a value: their rows refer to it.
    tx.conn.execute(select(row.id).where(row.id == attribute.id).with_for_update(key_share=True))
