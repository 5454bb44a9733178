"""API keys as rows: hashes instead of secrets, when they were last used, and what came with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, func, insert, or_, select, text, update

from desktop.domain.changes import Topic
from desktop.domain.keys import ApiKey, Caller, KeyFigures, Scope
from desktop.domain.messages import Status
from desktop.domain.people import Right, Role, User, may
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_key = tables.api_key.c
_message = tables.message.c

_STOPPED: Final = (Status.FAILED.value, Status.LEFT_OUT.value)
_OPTED_OUT: Final = (
    Reason.OPTED_OUT.value,
    Reason.OPTED_OUT_AFTER_LAUNCH.value,
    Reason.STOPPED_IN_WHATSAPP.value,
)


_NOTHING: Final = KeyFigures()
_NAMING_TURN: Final = text("SELECT pg_advisory_xact_lock(7242005)")
_MAKERS: Final = tuple(role.value for role in Role if may(User(0, "", role), Right.KEYS))
"""Roles that may make keys; no setting gives this right."""
_LEFT: Final = exists().where(
    tables.person.c.id == _key.created_by,
    or_(~tables.person.c.active, tables.person.c.role.not_in(_MAKERS)),
)
"""The account of who made the key is closed, or may make none any more: a key acts as an admin."""
IS_SHUT: Final = or_(_key.revoked_at.is_not(None), _LEFT)
"""The key opens nothing now."""
_KEYS: Final = select(tables.api_key, _LEFT.label("creator_left"))
_KEPT: Final = _KEYS.where(_key.key_id == bindparam("key_id"))
"""Built once: it is asked at every call."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What a caller is checked against."""

    caller: Caller
    secret_hash: str = field(repr=False)
    bearer_hash: str = field(repr=False)
    is_revoked: bool
    creator_left: bool
    last_used_at: datetime | None


def add(
    tx: Tx,
    name: str,
    key_id: str,
    scope: Scope,
    *,
    secret_hash: str,
    bearer_hash: str,
    created_by: int | None,
) -> ApiKey:
    """Keep a new key; the name is free. created_by None: at the shell."""
    id = new_id(
        tx.conn.execute(
            insert(tables.api_key).values(
                name=name,
                key_id=key_id,
                secret_hash=secret_hash,
                bearer_hash=bearer_hash,
                scope=scope.value,
                created_by=created_by,
                created_at=tx.now,
            )
        )
    )
    tx.touch(Topic.KEY, id)
    return ApiKey(id, name, key_id, scope, created_by, tx.now)


def is_taken(tx: Tx, name: str) -> bool:
    """True if a key that is not revoked has this name. Until the transaction ends nobody else asks."""
    if tx.on_postgresql:  # SQLite has one writer; here two could both find the name free
        tx.conn.execute(_NAMING_TURN)
    asked = select(_key.id).where(_key.name == name, _key.revoked_at.is_(None)).limit(1)
    return tx.conn.scalar(asked) is not None


def kept(tx: Tx, key_id: str) -> KeptKey | None:
    """What is kept of the key with this public half, revoked or not."""
    found = tx.rows(_KEPT, key_id=key_id)
    if not found:
        return None
    row = found[0]
    return KeptKey(
        Caller(row.id, row.name, Scope(row.scope)),
        row.secret_hash,
        row.bearer_hash,
        row.revoked_at is not None,
        row.creator_left,
        row.last_used_at,
    )


def get(tx: Tx, id: int) -> ApiKey:
    """One key, without its figures. Raises NotFound."""
    found = tx.rows(_KEYS.where(_key.id == id))
    if not found:
        raise NotFound("Key not found", "There is no such API key here.")
    return _api_key(found[0])


def named(tx: Tx, name: str) -> ApiKey:
    """The key that works with this name, or with this public half. Raises NotFound."""
    asked = _KEYS.where(_key.revoked_at.is_(None), or_(_key.name == name, _key.key_id == name))
    found = tx.rows(asked.order_by(_key.key_id != name, _key.id))
    if not found:
        raise NotFound("Key not found", f"No API key that works is called “{name}”.")
    return _api_key(found[0])


def every(tx: Tx, *, since: datetime) -> list[ApiKey]:
    """All keys, those that were revoked last; with the figures of their messages since then."""
    figures = _figures(tx, since)
    asked = _KEYS.order_by(_key.revoked_at.is_not(None), _key.name, _key.id)
    return [_api_key(row, figures.get(row.id, _NOTHING)) for row in tx.rows(asked)]


def is_shut(tx: Tx, id: int) -> bool:
    """True if the key opens nothing now: it was revoked, or who made it may make none any more."""
    return bool(tx.conn.scalar(select(exists().where(_key.id == id, IS_SHUT))))


def names(tx: Tx) -> dict[int, str]:
    """What each key is called, by its id."""
    return {row.id: row.name for row in tx.rows(select(_key.id, _key.name))}


def revoke(tx: Tx, id: int) -> None:
    """From now on the key opens nothing."""
    tx.conn.execute(update(tables.api_key).where(_key.id == id).values(revoked_at=tx.now))
    tx.touch(Topic.KEY, id)


def note_used(tx: Tx, id: int, *, unless_since: datetime) -> None:
    """The key was used now; nothing is written if that was known since then."""
    older = or_(_key.last_used_at.is_(None), _key.last_used_at <= unless_since)
    done = tx.conn.execute(update(tables.api_key).where(_key.id == id, older).values(last_used_at=tx.now))
    if done.rowcount:
        tx.touch(Topic.KEY, id)


def _figures(tx: Tx, since: datetime) -> Mapping[int, KeyFigures]:
    stopped = _message.status.in_(_STOPPED)
    asked = (
        select(
            _key.id.label("key"),
            func.count().label("accepted"),
            func.sum(case((stopped, 1), else_=0)).label("failed"),
            func.sum(case((stopped & _message.reason.in_(_OPTED_OUT), 1), else_=0)).label("opted_out"),
        )
        # Each key is one stretch of `ix_message_api_key`, which holds all that is counted.
        .join_from(tables.api_key, tables.message, _message.api_key_id == _key.id)
        .where(_message.created_at >= since)
        .group_by(_key.id)
    )
    return {
        row.key: KeyFigures(int(row.accepted), int(row.failed), int(row.opted_out)) for row in tx.rows(asked)
    }


def _api_key(row: Any, day: KeyFigures = _NOTHING) -> ApiKey:
    return ApiKey(
        row.id,
        row.name,
        row.key_id,
        Scope(row.scope),
        row.created_by,
        row.created_at,
        row.revoked_at,
        row.last_used_at,
        day,
        row.creator_left,
    )
