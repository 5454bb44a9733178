"""A store as an older Assent left it, so that a new one can prove, wherever it runs, that it upgrades without loss."""

from pathlib import Path
from typing import Final

from alembic import command
from sqlalchemy import text

from desktop.store.database import make_engine
from desktop.store.opening import migration_config, store_url

FIRST: Final = "0001"
PHONE: Final = "+16045550142"
EVIDENCE: Final = "STOP, in an old store"


def write_old_store(path: Path) -> int:
    """Make a SQLite store of the first revision with one contact who opted out; returns the contact's id."""
    engine = make_engine(store_url(str(path)), reader=False)
    try:
        with engine.begin() as conn:
            command.upgrade(migration_config(conn), FIRST)
        with engine.begin() as conn:
            made = conn.execute(
                text(
                    "INSERT INTO contact (name, name_folded, phone, facts, created_at, updated_at)"
                    " VALUES ('Ana Costa', 'ana costa', :phone, 2, 1700000000000000, 1700000000000000)"
                    " RETURNING id"
                ),
                {"phone": PHONE},
            )
            contact_id = int(made.scalar_one())
            conn.execute(
                text(
                    "INSERT INTO consent_event (contact_id, fact, value, source, at, evidence)"
                    " VALUES (:contact, 'opt_in', 'no', 'keyword', 1700000000000000, :evidence)"
                ),
                {"contact": contact_id, "evidence": EVIDENCE},
            )
            conn.execute(text("UPDATE contact SET consent_event_id = (SELECT max(id) FROM consent_event)"))
        return contact_id
    finally:
        engine.dispose()
