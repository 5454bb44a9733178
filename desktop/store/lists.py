"""Lists of contacts as rows. An import keeps its rows as a list without a name; naming it makes it one to choose.

Rows name contacts, never consent: who is on a list is asked like anybody else.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, delete, func, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.contact_lists import ContactList
from desktop.domain.problems import NotFound
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.manyrows import ManyRows
from desktop.store.statements import new_id

_list = tables.contact_list.c
_row = tables.contact_list_row.c
_ERASED_AT_ONCE: Final = 2_000
"""Rows per transaction: a few ms of the writer."""
_ROWS: Final = ManyRows(tables.contact_list_row, ["list_id", "number", "contact_id"])


def _asked() -> Select[Any]:
    contact = tables.contact.c
    there = (
        select(func.count(func.distinct(_row.contact_id)))
        .join(tables.contact, contact.id == _row.contact_id)
        .where(_row.list_id == _list.id, contact.merged_into.is_(None))
        .scalar_subquery()
    )
    joined = tables.contact_list.outerjoin(tables.person, tables.person.c.id == _list.created_by)
    columns = (tables.contact_list, tables.person.c.name.label("person_name"), there.label("contact_count"))
    return select(*columns).select_from(joined).where(_list.name != "")


def _read(row: Any) -> ContactList:
    return ContactList(
        row.id, row.name, row.row_count, int(row.contact_count), row.created_at, row.person_name or ""
    )


def every(tx: Tx) -> list[ContactList]:
    """All lists that have a name, the newest first."""
    return [_read(row) for row in tx.rows(_asked().order_by(_list.id.desc()))]


def name_of(tx: Tx, list_id: int) -> str:
    """The name of a list. Raises NotFound."""
    found: str | None = tx.conn.scalar(select(_list.name).where(_list.id == list_id, _list.name != ""))
    if found is None:
        raise NotFound("List not found", "There is no such list, or it was deleted. Choose another one.")
    return found


def id_of(tx: Tx, name: str) -> int | None:
    """The list of exactly that name."""
    found: int | None = tx.conn.scalar(select(_list.id).where(_list.name == name).limit(1))
    return found


def make(tx: Tx, name: str, contact_ids: Sequence[int], user_id: int | None) -> int:
    """A list of these contacts in this order; returns its id."""
    list_id = start(tx, None, user_id)
    add(tx, list_id, list(enumerate(contact_ids, 1)))
    set_name(tx, list_id, name)
    return list_id


def start(tx: Tx, bulk_id: int | None, user_id: int | None) -> int:
    """An empty list without a name; bulk_id: of the import whose rows it keeps. Returns its id."""
    values = {"name": "", "created_by": user_id, "created_at": tx.now, "bulk_id": bulk_id}
    return new_id(tx.conn.execute(insert(tables.contact_list).values(values)))


def add(tx: Tx, list_id: int, rows: Sequence[tuple[int, int]]) -> None:
    """Add rows, each its number and a contact."""
    _ROWS.run(tx, [{"list_id": list_id, "number": number, "contact_id": id} for number, id in rows])


def of_import(tx: Tx, bulk_id: int) -> int | None:
    """The list that keeps the rows of an import."""
    asked = select(_list.id).where(_list.bulk_id == bulk_id).order_by(_list.id).limit(1)
    found: int | None = tx.conn.scalar(asked)
    return found


def set_name(tx: Tx, list_id: int, name: str) -> int:
    """Name a list, for the first time or anew; its rows are counted. Returns how many there are."""
    row_count = int(tx.conn.scalar(select(func.count()).where(_row.list_id == list_id)) or 0)
    values = {"name": name, "row_count": row_count}
    tx.conn.execute(update(tables.contact_list).where(_list.id == list_id).values(values))
    tx.touch(Topic.SEGMENT)
    return row_count


def retire(tx: Tx, list_id: int) -> None:
    """Nobody can choose it any more; its rows go step by step, see `erase()`."""
    gone = update(tables.contact_list).where(_list.id == list_id)
    tx.conn.execute(gone.values(name="", bulk_id=None))
    tx.touch(Topic.SEGMENT)


def erase(tx: Tx) -> int:
    """Delete the next rows of retired lists, then the lists; returns how many went. 0: none is left."""
    retired = select(_list.id).where(_list.name == "", _list.bulk_id.is_(None)).order_by(_list.id).limit(1)
    list_id = tx.conn.scalar(retired)
    if list_id is None:
        return 0
    numbers = select(_row.number).where(_row.list_id == list_id).order_by(_row.number).limit(_ERASED_AT_ONCE)
    some = delete(tables.contact_list_row).where(_row.list_id == list_id, _row.number.in_(numbers))
    count = tx.conn.execute(some).rowcount
    if count < _ERASED_AT_ONCE:
        count += tx.conn.execute(delete(tables.contact_list).where(_list.id == list_id)).rowcount
    return count


def drafts_with(tx: Tx, list_id: int) -> list[str]:
    """The names of broadcasts without a snapshot that take their people from the list."""
    broadcast = tables.broadcast.c
    asked = select(broadcast.name, broadcast.draft).where(broadcast.selected_count.is_(None))
    kept = ((row.name, row.draft.get("selection", {})) for row in tx.rows(asked))
    return [name for name, one in kept if one.get("kind") == "lists" and list_id in one.get("ids", ())]
