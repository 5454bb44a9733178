"""Where the texts of messages are looked for: `message_text`, and what is not in it yet: `message_unsearched`.

SQLite: an FTS5 table of every three letters that stand together. PostgreSQL: a table with the same text and an index of
the extension pg_trgm; where the server has no such extension, or does not let us have it, the same table without the
index, which is then read through. pg_trgm knows letters by the database's locale: under "C" it finds Hindi or Chinese by
reading through as well.

Whoever writes a message only notes its number, by triggers; `desktop.services.searching` folds the text later. The
messages of a broadcast are left out: they are found in its report, and a million alike would bury all others.
"""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

TABLE: Final = "message_text"
"""No table of the program's metadata: on SQLite it is a virtual one with four of its own behind it."""
_FTS: Final = (
    # Which letters stand together is enough: that they do so in the order wanted is seen in the text itself. With
    # places, the index is twice as large and is made in one and a half times the time.
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(folded, tokenize='trigram case_sensitive 1', detail=none, columnsize=0)",
    # Merged in small steps of its own, see `store.message_search.merge`: done while writing, one chunk of a hundred took
    # 36 ms, others 93.
    f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('automerge', 0)",
    f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('crisismerge', 256)",
)
_NOTED: Final = "NEW.broadcast_id IS NULL AND {condition}"
_WRITTEN: Final = _NOTED.format(condition="NEW.text <> ''")
_NOTE: Final = "INSERT INTO message_unsearched (message_id) VALUES (NEW.id);"


def add(conn: Connection) -> None:
    """The index and the triggers; every message there is waits to be indexed. `message_unsearched` exists already."""
    make(conn)
    for statement in _triggers(conn.dialect.name):
        conn.execute(text(statement))
    conn.execute(
        text(
            "INSERT INTO message_unsearched (message_id) "
            "SELECT id FROM message WHERE broadcast_id IS NULL AND text <> '' ORDER BY id"
        )
    )


def make(conn: Connection) -> None:
    """The index, empty."""
    if conn.dialect.name == "sqlite":
        for statement in _FTS:
            conn.execute(text(statement))
        return
    conn.execute(text(f"CREATE TABLE {TABLE} (id BIGINT PRIMARY KEY, folded TEXT NOT NULL)"))
    if _has_trigrams(conn):
        conn.execute(text(f"CREATE INDEX ix_{TABLE}_folded ON {TABLE} USING gin (folded gin_trgm_ops)"))


def _has_trigrams(conn: Connection) -> bool:
    """Whether the database has pg_trgm now. To add it may be somebody else's right."""
    if conn.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")) is None:
        return False
    try:
        with conn.begin_nested():
            conn.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except DBAPIError:
        return False
    return True


def _triggers(dialect: str) -> tuple[str, ...]:
    if dialect == "sqlite":
        changed = _NOTED.format(condition="NEW.text IS NOT OLD.text")
        return (
            f"CREATE TRIGGER {TABLE}_in AFTER INSERT ON message WHEN {_WRITTEN} BEGIN {_NOTE} END",
            f"CREATE TRIGGER {TABLE}_changed AFTER UPDATE OF text ON message WHEN {changed} BEGIN {_NOTE} END",
        )
    changed = _NOTED.format(condition="NEW.text IS DISTINCT FROM OLD.text")
    run = f"EXECUTE FUNCTION {TABLE}_note()"
    return (
        f"CREATE FUNCTION {TABLE}_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {_NOTE} RETURN NULL; END $$",
        f"CREATE TRIGGER {TABLE}_in AFTER INSERT ON message FOR EACH ROW WHEN ({_WRITTEN}) {run}",
        f"CREATE TRIGGER {TABLE}_changed AFTER UPDATE OF text ON message FOR EACH ROW WHEN ({changed}) {run}",
    )
