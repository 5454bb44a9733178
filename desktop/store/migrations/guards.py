"""Triggers that keep consent events and message events append-only, in the database itself."""

from typing import Final

from sqlalchemy import Connection, text

TABLES: Final = ("consent_event", "message_event")


def add(conn: Connection) -> None:
    """Refuse every way to change or take away a row of the append-only tables."""
    if conn.dialect.name == "postgresql":
        conn.execute(
            text(
                "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
            )
        )
    for table in TABLES:
        for verb in _VERBS[conn.dialect.name]:
            body = _refusal(conn, table, verb)
            conn.execute(text(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {body}"))


_VERBS: Final = {"sqlite": ("UPDATE", "DELETE", "INSERT"), "postgresql": ("UPDATE", "DELETE", "TRUNCATE")}


def _refusal(conn: Connection, table: str, verb: str) -> str:
    if conn.dialect.name == "postgresql":
        return f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION append_only()"
    # SQLite's REPLACE deletes the old row without asking the trigger on DELETE.
    replaces = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) " if verb == "INSERT" else ""
    return f"{replaces}BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def drop(conn: Connection) -> None:
    """Lift the guards, for a migration or for starting a sandbox over."""
    for table in TABLES:
        for verb in _VERBS[conn.dialect.name]:
            on = f" ON {table}" if conn.dialect.name == "postgresql" else ""
            conn.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}{on}"))
