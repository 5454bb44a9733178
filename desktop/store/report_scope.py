"""Whose messages a report's scope asks for, as conditions: everyone's, those of few contacts, or of many.

A search also finds the messages of broadcasts, sequences and flows by their names: these are few, so their ids are looked up
first, and the messages come out of the indexes by broadcast, by version and by session.
"""

import re
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
    and_,
    bindparam,
    exists,
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
_sent = tables.message.alias("sent").c
FEW_COUNT: Final = 20_000
"""Up to so many contacts their messages are read by contact; the messages of more are picked out of the index."""
_MOST_ID: Final = 2**63 - 1
_OUR_ID: Final = re.compile(r"^message\s+(?=[0-9]+$)", re.IGNORECASE)
"""What stands before an id under *Why?*."""

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

    named_ids: the messages besides that are named by their own id; they belong to other contacts. broadcast_ids,
    version_ids, flow_ids: of broadcasts, sequences and flows whose names have the text. owner_ids: the only contacts in question;
    None: anybody.
    """

    search: str = ""
    contact_ids: tuple[int, ...] | None = None
    named_ids: tuple[int, ...] = ()
    broadcast_ids: tuple[int, ...] = ()
    version_ids: tuple[int, ...] = ()
    flow_ids: tuple[int, ...] = ()
    owner_ids: tuple[int, ...] | None = None

    @property
    def are_few(self) -> bool:
        return self.contact_ids is not None

    def messages(self, columns: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> Subquery:
        """The messages of few contacts, read by contact, and those of broadcasts and sequences; each once."""
        parts: list[ColumnElement[bool]] = [_message.contact_id.in_(_written(self.contact_ids))]
        if self.named_ids:
            parts.append(_message.id.in_(_written(self.named_ids)))
        others = [_message.contact_id.not_in(_written(self.contact_ids))]
        if self.named_ids:
            others.append(_message.id.not_in(_written(self.named_ids)))
        if self.owner_ids is not None:
            others.append(_message.contact_id.in_(_written(self.owner_ids)))
        if self.broadcast_ids:
            parts.append(and_(_message.broadcast_id.in_(_written(self.broadcast_ids)), *others))
        if self.version_ids:
            parts.append(and_(_message.version_id.in_(_written(self.version_ids)), *others))
        if self.flow_ids:
            parts.append(and_(_message.session_id.in_(_sessions(self.flow_ids)), *others))
        kept = [select(*columns).where(one, _message.outgoing, *where) for one in parts]
        return (union_all(*kept) if len(kept) > 1 else kept[0]).subquery("some")

    def counted(self) -> list[ColumnElement[bool]]:
        """True for the messages of many, where a statement looks at all that are in question."""
        if not self.search:
            return []
        # With the plus no index by contact is thought of: each message in question is looked at in its order.
        found = literal_column("+message.contact_id").in_(_finding(self.search))
        return [or_(found, *self._named())]

    def each(self) -> list[ColumnElement[bool]]:
        """The same, where a statement ends after few: asked of each message's contact by itself."""
        return [or_(_is_found(self.search), *self._named())] if self.search else []

    def _named(self) -> list[ColumnElement[bool]]:
        """Each finds ids of messages by an index of its own, so that the index of the reports stays enough."""
        found: list[ColumnElement[bool]] = (
            [_message.id.in_(_written(self.named_ids))] if self.named_ids else []
        )
        if self.broadcast_ids:
            of = select(_sent.id).where(_sent.broadcast_id.in_(_written(self.broadcast_ids)))
            found.append(_message.id.in_(of))
        if self.version_ids:
            of = select(_sent.id).where(_sent.version_id.in_(_written(self.version_ids)))
            found.append(_message.id.in_(of))
        if self.flow_ids:
            of = select(_sent.id).where(_sent.session_id.in_(_sessions(self.flow_ids)))
            found.append(_message.id.in_(of))
        return found


def _sessions(flow_ids: Sequence[int]) -> Select[Any]:
    session = tables.bot_session.c
    return select(session.id).where(session.flow_id.in_(_written(flow_ids)))


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
        found = tx.conn.scalars(_finding(search, ids))
        named = _named_ids(tx, search, of_contact)
        return Whose(search, tuple(sorted(set(found))), named, *_titled(tx, search), tuple(ids))
    if not search:
        return Whose()
    some = list(tx.conn.scalars(_finding(search).limit(FEW_COUNT + 1)))
    few = None if len(some) > FEW_COUNT else tuple(sorted(set(some)))
    return Whose(search, few, _named_ids(tx, search, []), *_titled(tx, search))


def _titled(tx: Tx, search: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """The broadcasts whose names have the text, the versions of such sequences, and such flows."""
    part = fold(clean(search))
    broadcast, sequence, version = tables.broadcast.c, tables.sequence.c, tables.sequence_version.c
    versions = select(version.id, sequence.name).join_from(
        tables.sequence_version, tables.sequence, sequence.id == version.sequence_id
    )
    found = [
        tuple(row.id for row in tx.rows(asked) if part in fold(row.name))
        for asked in (
            select(broadcast.id, broadcast.name),
            versions,
            select(tables.flow.c.id, tables.flow.c.name),
        )
    ]
    return found[0], found[1], found[2]


def _finding(search: str, ids: Sequence[int] | None = None) -> CompoundSelect[Any]:
    """The ids of contacts whose name or phone has the text, and of those merged into one of them; ids: only of these."""
    found = by_person(search)
    own = () if ids is None else (_contact.id.in_(ids),)
    theirs = () if ids is None else (_merged.id.in_(ids),)
    merged = select(_merged.id).join_from(
        _merged.id.table, tables.contact, _contact.id == _merged.merged_into
    )
    return union_all(
        select(_contact.id).where(found, *own),
        merged.where(_merged.merged_into.is_not(None), found, *theirs),
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
    said = _OUR_ID.sub("", clean(search).strip())
    named: list[ColumnElement[bool]] = [_message.wamid == said]
    if said.isascii() and said.isdecimal() and int(said) <= _MOST_ID:
        named.append(_message.id == int(said))
    asked = select(_message.id).where(or_(*named), _message.outgoing, *where, ~_is_found(search))
    return tuple(sorted(tx.conn.scalars(asked)))
