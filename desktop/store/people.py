"""The people who work in Assent."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from desktop.domain.people import Role, User
from desktop.domain.problems import NotFound
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id


def every(tx: Tx) -> list[User]:
    row = tables.person.c
    found = tx.rows(select(tables.person).where(row.active).order_by(row.id))
    return [User(one.id, one.name, Role(one.role)) for one in found]


def get(tx: Tx, user_id: int) -> User:
    """One person. Raises NotFound."""
    found = find(tx, user_id)
    if found is None:
        raise NotFound("Person not found", "This person has no account here (any more).")
    return found


def find(tx: Tx, user_id: int) -> User | None:
    """The person with the role they have now; None if their account is closed or gone."""
    row = tables.person.c
    found = tx.rows(select(tables.person).where(row.id == user_id, row.active))
    return User(found[0].id, found[0].name, Role(found[0].role)) if found else None


def add(tx: Tx, people: Sequence[tuple[str, Role]]) -> list[int]:
    """Add people; returns their ids."""
    return [
        new_id(tx.conn.execute(insert(tables.person).values(name=name, role=role.value, active=True)))
        for name, role in people
    ]
