"""The engines that worked on this store, and which of them are gone."""

from sqlalchemy import insert, select, update

from desktop.domain.changes import Topic
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id


def register(tx: Tx, name: str, connection: str) -> int:
    """A new engine starts; returns its id."""
    engine_id = new_id(
        tx.conn.execute(
            insert(tables.engine).values(name=name, connection=connection, started_at=tx.now, seen_at=tx.now)
        )
    )
    tx.touch(Topic.ENGINE, engine_id)
    return engine_id


def unfinished(tx: Tx, except_id: int) -> list[int]:
    """Engines that never said goodbye, this one apart."""
    row = tables.engine.c
    return list(tx.conn.scalars(select(row.id).where(row.stopped_at.is_(None), row.id != except_id)))


def stop(tx: Tx, engine_ids: list[int]) -> None:
    """Note that engines have stopped."""
    tx.conn.execute(update(tables.engine).where(tables.engine.c.id.in_(engine_ids)).values(stopped_at=tx.now))
    tx.touch(Topic.ENGINE)


def connection_of_newest(tx: Tx) -> str:
    """The address that the running engine talks to ("" if none is known)."""
    row = tables.engine.c
    asked = select(row.connection).where(row.stopped_at.is_(None)).order_by(row.id.desc()).limit(1)
    return tx.conn.scalar(asked) or ""
