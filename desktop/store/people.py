"""The people who work in Assent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.people import Account, Role, User
from desktop.domain.problems import NotFound
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_person = tables.person.c


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against. hash "": no password. tries: wrong ones since the last right one."""

    user: User
    active: bool
    sign_in_name: str
    hash: str = field(repr=False)
    tries: int
    tried_at: datetime | None


def every(tx: Tx) -> list[User]:
    """Those whose account is open."""
    found = tx.rows(select(tables.person).where(_person.active).order_by(_person.id))
    return [_user(one) for one in found]


def accounts(tx: Tx) -> list[Account]:
    """Everyone, those whose account is closed last."""
    return [
        Account(
            _user(one),
            one.sign_in_name or "",
            one.active,
            bool(one.password_hash),
            one.created_at,
            one.deactivated_at,
            one.last_signed_in_at,
        )
        for one in tx.rows(select(tables.person).order_by(_person.active.desc(), _person.id))
    ]


def get(tx: Tx, user_id: int) -> User:
    """One person. Raises NotFound."""
    found = find(tx, user_id)
    if found is None:
        raise NotFound("Person not found", "This person has no account here (any more).")
    return found


def find(tx: Tx, user_id: int) -> User | None:
    """The person with the role they have now; None if their account is closed or gone."""
    found = tx.rows(select(tables.person).where(_person.id == user_id, _person.active))
    return _user(found[0]) if found else None


def credentials(tx: Tx, user_id: int) -> Credentials:
    """Of one person, whether their account is open or closed. Raises NotFound."""
    found = tx.rows(select(tables.person).where(_person.id == user_id))
    if not found:
        raise NotFound("Person not found", "This person has no account here (any more).")
    return _credentials(found[0])


def by_sign_in_name(tx: Tx, folded: str) -> Credentials | None:
    """Whoever signs in with this name, as it is kept: folded."""
    found = tx.rows(select(tables.person).where(_person.sign_in_name == folded))
    return _credentials(found[0]) if found else None


def can_sign_in(tx: Tx, user_id: int) -> bool:
    """True if the person's account is open and has a sign-in name and a password."""
    asked = select(func.count()).where(_person.id == user_id, _person.active, *_has_password())
    return bool(tx.conn.scalar(asked))


def admins(tx: Tx, *, who_can_sign_in: bool = False) -> list[int]:
    """The ids of admins whose account is open."""
    asked = select(_person.id).where(_person.active, _person.role == Role.ADMIN.value)
    return list(tx.conn.scalars(asked.where(*_has_password()) if who_can_sign_in else asked))


def add(tx: Tx, people: Sequence[tuple[str, Role]]) -> list[int]:
    """Add people who cannot sign in yet; returns their ids."""
    return [create(tx, name, role) for name, role in people]


def create(tx: Tx, name: str, role: Role, sign_in_name: str | None = None, hash: str | None = None) -> int:
    """Open an account; returns its id."""
    id = new_id(
        tx.conn.execute(
            insert(tables.person).values(
                name=name,
                role=role.value,
                active=True,
                sign_in_name=sign_in_name,
                password_hash=hash,
                created_at=tx.now,
            )
        )
    )
    tx.touch(Topic.PERSON, id)
    return id


def set_role(tx: Tx, user_id: int, role: Role) -> None:
    _set(tx, user_id, role=role.value)


def set_password(tx: Tx, user_id: int, sign_in_name: str, hash: str) -> None:
    """A new password; wrong tries are forgotten."""
    _set(tx, user_id, sign_in_name=sign_in_name, password_hash=hash, failed_count=0, failed_at=None)


def set_active(tx: Tx, user_id: int, active: bool) -> None:
    """Close an account, or open it again; closing takes the person's conversations from them."""
    _set(tx, user_id, active=active, deactivated_at=None if active else tx.now)
    if not active:
        theirs = tables.conversation.c.assigned_to == user_id
        tx.conn.execute(update(tables.conversation).where(theirs).values(assigned_to=None))
        tx.touch(Topic.CONVERSATION)


def note_try(tx: Tx, user_id: int) -> None:
    """Count a try as wrong, before it is known: two at the same time count as two."""
    values = {"failed_count": _person.failed_count + 1, "failed_at": tx.now}
    tx.conn.execute(update(tables.person).where(_person.id == user_id).values(values))


def note_signed_in(tx: Tx, user_id: int, new_hash: str | None) -> None:
    """The try was right. new_hash: of the same password, at today's costs."""
    better = {"password_hash": new_hash} if new_hash else {}
    _set(tx, user_id, failed_count=0, failed_at=None, last_signed_in_at=tx.now, **better)


def forget_tries(tx: Tx, user_id: int) -> None:
    """The present password was given: earlier wrong tries no longer count."""
    tx.conn.execute(update(tables.person).where(_person.id == user_id).values(failed_count=0, failed_at=None))


def _set(tx: Tx, user_id: int, **values: Any) -> None:
    tx.conn.execute(update(tables.person).where(_person.id == user_id).values(values))
    tx.touch(Topic.PERSON, user_id)


def _has_password() -> tuple[Any, Any]:
    return _person.sign_in_name.is_not(None), _person.password_hash.is_not(None)


def _user(row: Any) -> User:
    return User(row.id, row.name, Role(row.role))


def _credentials(row: Any) -> Credentials:
    return Credentials(
        _user(row),
        row.active,
        row.sign_in_name or "",
        row.password_hash or "",
        row.failed_count,
        row.failed_at,
    )
