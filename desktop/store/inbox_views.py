"""A person's own views of the list of conversations."""

from sqlalchemy import delete, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.inbox import InboxView, Wanted
from desktop.domain.text import fold
from desktop.store import tables
from desktop.store.engine import Tx

_view = tables.inbox_view.c


def of(tx: Tx, user_id: int) -> list[InboxView]:
    """A person's views, by name."""
    asked = select(tables.inbox_view).where(_view.user_id == user_id).order_by(_view.folded)
    return [InboxView(row.id, row.name, Wanted.from_json(row.wanted)) for row in tx.rows(asked)]


def save(tx: Tx, user_id: int, name: str, wanted: Wanted) -> None:
    """Keep a view under a name; one of the same name is replaced."""
    mine = (_view.user_id == user_id, _view.folded == fold(name))
    values = {"name": name, "folded": fold(name), "wanted": wanted.to_json()}
    tx.touch(Topic.INBOX_VIEW)
    if not tx.conn.execute(update(tables.inbox_view).where(*mine).values(values)).rowcount:
        tx.conn.execute(insert(tables.inbox_view).values(user_id=user_id, **values))


def remove(tx: Tx, user_id: int, id: int) -> None:
    tx.conn.execute(delete(tables.inbox_view).where(_view.id == id, _view.user_id == user_id))
    tx.touch(Topic.INBOX_VIEW)
