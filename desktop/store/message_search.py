"""Search in the texts of messages. A broadcast's are not in it: they are found in its report.

A message is found by its text as it is now: what the index says is looked at again, and what is not indexed yet is
read through. See `desktop.store.migrations.searching` for the tables.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Select, delete, func, select, text

from desktop.domain.inbox import MessageHit
from desktop.domain.text import LEAST_SEARCHED, search_fold, search_words
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.migrations import searching

_TABLE: Final = searching.TABLE
_UNSEARCHED_COUNT: Final = 2_000
"""So many of the messages that wait for the index are read through, the newest: up to 40 ms where few are plain ASCII."""
_MOST_TRIGRAMS: Final = 16
"""Of one search: any more make the index work longer and rule out hardly any message."""
_INDEXERS: Final = text("SELECT pg_try_advisory_xact_lock(7242004)")
_LAST: Final = 2**62

_message = tables.message.c
_waiting = tables.message_unsearched.c


def find(tx: Tx, wanted: str, *, contact_id: int | None = None, limit: int = 50) -> list[MessageHit]:
    """The newest messages whose text holds every word, newest first; contact_id: of this contact alone.

    [] if no word has three characters, folded. Messages of contacts that were taken away are left out.
    """
    words = search_words(wanted)
    if not words:
        return []
    newest = select(_waiting.message_id).order_by(_waiting.id.desc()).limit(_UNSEARCHED_COUNT)
    found = {hit.message_id: hit for hit in _hits(tx, newest, words, contact_id)}
    below, enough = _LAST, 0
    while enough < limit:
        ids = _indexed(tx, words, contact_id, below, limit)
        hits = _hits(tx, ids, words, contact_id)
        found |= {hit.message_id: hit for hit in hits}
        enough += len(hits)
        if len(ids) < limit:
            break
        below = ids[-1]
    return [found[id] for id in sorted(found, reverse=True)[:limit]]


def _hits(
    tx: Tx, ids: Sequence[int] | Select[int], words: Sequence[str], contact_id: int | None
) -> list[MessageHit]:
    """Of these messages the ones whose text holds the words."""
    columns = (_message.id, _message.contact_id, _message.text, _message.outgoing, _message.created_at)
    there = tables.message.join(tables.contact, tables.contact.c.id == _message.contact_id)
    asked = select(*columns).select_from(there).where(tables.contact.c.merged_into.is_(None))
    if contact_id is not None:
        asked = asked.where(_message.contact_id == contact_id)
    found = tx.rows(asked.where(_message.id.in_(ids)))
    return [
        MessageHit(row.id, row.contact_id, row.text, row.outgoing, row.created_at)
        for row in found
        if _holds(search_fold(row.text), words)
    ]


def _holds(folded: str, words: Iterable[str]) -> bool:
    return all(word in folded for word in words)


def _indexed(tx: Tx, words: Sequence[str], contact_id: int | None, below: int, limit: int) -> list[int]:
    """Ids of messages that the index knows with these words, newest first."""
    given: dict[str, Any] = {"below": below, "limit": limit}
    ask = _ask_postgresql if tx.on_postgresql else _ask_sqlite
    asked = ask(words, contact_id, given)
    return [int(id) for id in tx.conn.scalars(text(asked), given)]


def _ask_sqlite(words: Sequence[str], contact_id: int | None, given: dict[str, Any]) -> str:
    conditions = ["t.rowid < :below"]
    for number, word in enumerate(words):
        given[f"word{number}"] = word
        conditions.append(f"instr(t.folded, :word{number})")
    if contact_id is not None:
        # A contact has few messages beside everybody's: those are read, each by its number.
        given["contact_id"] = contact_id
        whose, joined = "m.contact_id = :contact_id", f"message m CROSS JOIN {_TABLE} t ON t.rowid = m.id"
        return f"SELECT m.id FROM {joined} WHERE {whose} AND {' AND '.join(conditions)} ORDER BY m.id DESC LIMIT :limit"
    given["index"] = " AND ".join('"' + one.replace('"', '""') + '"' for one in _trigrams(words))
    conditions.append(f"t.{_TABLE} MATCH :index")
    return (
        f"SELECT t.rowid FROM {_TABLE} t WHERE {' AND '.join(conditions)} ORDER BY t.rowid DESC LIMIT :limit"
    )


def _trigrams(words: Sequence[str]) -> list[str]:
    """Of each word as many threes of letters as cover it: the text itself is looked at as well."""
    found: dict[str, None] = {}
    for word in words:
        last = len(word) - LEAST_SEARCHED
        for at in (*range(0, last, LEAST_SEARCHED), last) if last >= 0 else ():
            found[word[at : at + LEAST_SEARCHED]] = None
    return list(found)[:_MOST_TRIGRAMS]


def _ask_postgresql(words: Sequence[str], contact_id: int | None, given: dict[str, Any]) -> str:
    conditions = ["t.id < :below"]
    for number, word in enumerate(words):
        given[f"word{number}"] = (
            "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        )
        conditions.append(f"t.folded LIKE :word{number}")
    joined = f"{_TABLE} t"
    if contact_id is not None:
        given["contact_id"] = contact_id
        joined += " JOIN message m ON m.id = t.id"
        conditions.append("m.contact_id = :contact_id")
    return f"SELECT t.id FROM {joined} WHERE {' AND '.join(conditions)} ORDER BY t.id DESC LIMIT :limit"


def is_behind(tx: Tx) -> bool:
    """Whether a message waits for the index."""
    return tx.conn.scalar(select(_waiting.id).limit(1)) is not None


def unsearched_count(tx: Tx) -> int:
    """How many messages wait for the index; one whose text was changed may count twice."""
    return int(tx.conn.scalar(select(func.count()).select_from(tables.message_unsearched)) or 0)


def take_in(tx: Tx, most_count: int) -> int:
    """Index the newest messages that wait, at most so many; returns how many. One process at a time, others get 0."""
    if tx.on_postgresql and not tx.conn.scalar(_INDEXERS):
        return 0
    newest = select(_waiting.id, _waiting.message_id).order_by(_waiting.id.desc()).limit(most_count)
    rows = tx.rows(newest)
    if not rows:
        return 0
    tx.conn.execute(delete(tables.message_unsearched).where(_waiting.id.in_([row.id for row in rows])))
    # From the lowest number on: FTS5 writes out what it holds whenever one comes that is lower than the last.
    ids = sorted({row.message_id for row in rows})
    asked = select(_message.id, _message.text).where(_message.id.in_(ids))
    texts = {row.id: search_fold(row.text) for row in tx.rows(asked)}
    put(tx, [{"id": id, "folded": texts[id]} for id in ids if id in texts])
    return len(rows)


def put(tx: Tx, folded: Sequence[dict[str, Any]]) -> None:
    """Put texts into the index, each in place of what stood there for its message. folded: rows of id and folded text,
    the ids rising.
    """
    if not folded:
        return
    if tx.on_postgresql:
        into = f"INSERT INTO {_TABLE} (id, folded) VALUES (:id, :folded) "
        tx.conn.execute(text(into + "ON CONFLICT (id) DO UPDATE SET folded = excluded.folded"), folded)
        return
    tx.conn.execute(text(f"INSERT OR REPLACE INTO {_TABLE} (rowid, folded) VALUES (:id, :folded)"), folded)


def merge(tx: Tx, pages_count: int) -> bool:
    """Put together parts of the index, some pages of them; returns whether there is more to do. SQLite only."""
    if tx.on_postgresql:
        return False
    driver: Any = tx.conn.connection.driver_connection
    before = driver.total_changes
    tx.conn.execute(
        text(f"INSERT INTO {_TABLE}({_TABLE}, rank) VALUES ('merge', :pages)"), {"pages": pages_count}
    )
    # FTS5's own sign that nothing was left to merge: sqlite.org/fts5.html#the_merge_command
    return bool(driver.total_changes - before >= 2)


def clear(tx: Tx) -> None:
    """Empty the index: making it anew takes a moment, taking out a million texts one by one minutes."""
    if tx.on_postgresql:
        tx.conn.execute(text(f"TRUNCATE {_TABLE}"))
    else:
        tx.conn.execute(text(f"DROP TABLE {_TABLE}"))
        searching.make(tx.conn)
    tx.conn.execute(delete(tables.message_unsearched))
