"""Whose messages a report's scope asks for, as conditions: everyone's, those of few contacts, or of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    bindparam,
    exists,
    false,
    literal_column,
    or_,
    select,
    text,
    union_all,
)

from desktop.domain.report import Scope
from desktop.domain.text import clean, fold
from desktop.store import audience, merging, tables
from desktop.store.engine import Tx

_message = tables.message.c
_contact = tables.contact.c
_merged = tables.contact.alias("merged").c
FEW_COUNT: Final = 20_000
"""Up to so many contacts their messages are read by contact; the messages of more are picked out of the index."""
_MOST_ID: Final = 2**63 - 1

OUTGOING: Final = text("message.outgoing")
"""The words of the indexes' own condition: an expression that reads otherwise would not use them."""


def within(scope: Scope, at: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """True for what was asked for in the scope's time."""
    held: list[ColumnElement[bool]] = []
    if scope.since is not None:
        held.append(at >= scope.since)
    if scope.until is not None:
        held.append(at < scope.until)
    return held


def by_person(search: str) -> ColumnElement[bool]:
    """Name or phone contains the text. One with letters is no phone: the digits of a message's id find nobody."""
    if any(ch.isalpha() for ch in search):
        return _contact.name_folded.contains(fold(clean(search)), autoescape=True)
    return audience.search_condition(search)


@dataclass(frozen=True, slots=True)
class Whose:
    """contact_ids: of these few; None: of all whom `search` finds, "" for everyone.

    named_ids: the messages besides that are named by their own id; they belong to other contacts.
    """

    search: str = ""
    contact_ids: tuple[int, ...] | None = None
    named_ids: tuple[int, ...] = ()

    @property
    def are_few(self) -> bool:
        return self.contact_ids is not None

    def messages(self, columns: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> Subquery:
        """The messages of few contacts, read by contact."""
        by_contact = select(*columns).where(_message.contact_id.in_(_written(self.contact_ids)))
        named = select(*columns).where(_message.id.in_(_written(self.named_ids)))
        kept = [one.where(_message.outgoing, *where) for one in (by_contact, named)]
        return (union_all(*kept) if self.named_ids else kept[0]).subquery("some")

    def counted(self) -> list[ColumnElement[bool]]:
        """True for the messages of many, where a statement looks at all that are in question."""
        if not self.search:
            return []
        # With the plus no index by contact is thought of: each message in question is looked at in its order.
        found = literal_column("+message.contact_id").in_(_finding(self.search))
        return [or_(found, self._named())]

    def each(self) -> list[ColumnElement[bool]]:
        """The same, where a statement ends after few: asked of each message's contact by itself."""
        return [or_(_is_found(self.search), self._named())] if self.search else []

    def _named(self) -> ColumnElement[bool]:
        return _message.id.in_(self.named_ids) if self.named_ids else false()


def _written(ids: Sequence[int] | None) -> BindParameter[Any]:
    """Ids as part of the statement's text: some thousands of bound values would be more than SQLite takes."""
    return bindparam(None, tuple(ids or ()), BigInteger, expanding=True, literal_execute=True)


def whose(tx: Tx, scope: Scope) -> Whose:
    """Look up whom a scope means."""
    search = scope.search if fold(clean(scope.search)) else ""
    if scope.contact_id is not None:
        ids = merging.merged_ids(tx, scope.contact_id)
        if not search:
            return Whose(contact_ids=tuple(ids))
        of_contact = [_message.contact_id.in_(ids)]
        found = tx.conn.scalars(_finding(search, _contact.id.in_(ids)))
        return Whose(search, tuple(sorted(set(found))), _named_ids(tx, search, of_contact))
    if not search:
        return Whose()
    some = list(tx.conn.scalars(_finding(search).limit(FEW_COUNT + 1)))
    few = None if len(some) > FEW_COUNT else tuple(sorted(set(some)))
    return Whose(search, few, _named_ids(tx, search, []))


def _finding(search: str, *where: Any) -> CompoundSelect[Any]:
    """The ids of contacts whose name or phone has the text, and of those merged into one of them."""
    found = by_person(search)
    merged = select(_merged.id).join_from(
        _merged.id.table, tables.contact, _contact.id == _merged.merged_into
    )
    return union_all(
        select(_contact.id).where(found, *where),
        merged.where(_merged.merged_into.is_not(None), found, *where),
    )


def _is_found(search: str) -> ColumnElement[bool]:
    found = by_person(search)
    merged: Select[Any] = (
        select(_merged.id)
        .join_from(_merged.id.table, tables.contact, _contact.id == _merged.merged_into)
        .where(_merged.merged_into.is_not(None), found)
    )
    return or_(exists().where(_contact.id == _message.contact_id, found), _message.contact_id.in_(merged))


def _named_ids(tx: Tx, search: str, where: Sequence[ColumnElement[bool]]) -> tuple[int, ...]:
    """The messages that the text names, by WhatsApp's id or ours, if their contact is not found by it anyway."""
    said = clean(search).strip()
    named: list[ColumnElement[bool]] = [_message.wamid == said]
    if said.isascii() and said.isdecimal() and int(said) <= _MOST_ID:
        named.append(_message.id == int(said))
    asked = select(_message.id).where(or_(*named), _message.outgoing, *where, ~_is_found(search))
    return tuple(sorted(tx.conn.scalars(asked)))
