"""Triggers that keep consent events and message events append-only, in the database itself."""

from typing import Final

from sqlalchemy import Connection, text

TABLES: Final = ("consent_event", "message_event")


def add(conn: Connection) -> None:
    """Refuse updates and deletes of the append-only tables."""
    if conn.dialect.name == "postgresql":
        conn.execute(
            text(
                "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
            )
        )
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if conn.dialect.name == "postgresql":
                body = "FOR EACH ROW EXECUTE FUNCTION append_only()"
                conn.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {body}"))
            else:
                body = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                conn.execute(text(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {body}"))


def drop(conn: Connection) -> None:
    """Lift the guards, for a migration or for starting a sandbox over."""
    for table in TABLES:
        for verb in ("update", "delete"):
            on = f" ON {table}" if conn.dialect.name == "postgresql" else ""
            conn.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}"))
