"""The workspace's settings as rows, each change logged; and the facts about the store itself."""

from sqlalchemy import delete, insert, select

from desktop.domain.changes import Topic
from desktop.domain.settings import Settings
from desktop.store import tables
from desktop.store.engine import Tx

_ALL = select(tables.setting.c.key, tables.setting.c.value)
"""Built once: it is asked at every claim and every submission."""


def load(tx: Tx) -> Settings:
    """The settings as of this transaction."""
    return tx.once(Settings, lambda: _load(tx))


def _load(tx: Tx) -> Settings:
    return Settings.from_json({key: value for key, value in tx.conn.execute(_ALL)})


def save(tx: Tx, settings: Settings, user_id: int | None) -> None:
    """Keep what differs from now and log it."""
    before, after = load(tx).to_json(), settings.to_json()
    for key, value in after.items():
        if before[key] == value:
            continue
        tx.conn.execute(delete(tables.setting).where(tables.setting.c.key == key))
        tx.conn.execute(insert(tables.setting).values(key=key, value=value))
        tx.conn.execute(
            insert(tables.setting_log).values(key=key, old=before[key], new=value, at=tx.now, user_id=user_id)
        )
        tx.touch(Topic.SETTINGS)


def is_kept(tx: Tx, key: str) -> bool:
    """True if there is a row for the setting; False: it has its default."""
    return tx.conn.scalar(select(tables.setting.c.key).where(tables.setting.c.key == key)) is not None


def set_if_missing(tx: Tx, key: str, value: str) -> None:
    """Keep a setting that nobody chose yet, the default's own value too; no change, so not logged."""
    if not is_kept(tx, key):
        tx.conn.execute(insert(tables.setting).values(key=key, value=value))
        tx.touch(Topic.SETTINGS)


def meta(tx: Tx, key: str) -> str | None:
    """A fact about the store: its stamp, its clock's offset …; None when unset."""
    return tx.conn.scalar(select(tables.meta.c.value).where(tables.meta.c.key == key))


def set_meta(tx: Tx, key: str, value: str) -> None:
    tx.conn.execute(delete(tables.meta).where(tables.meta.c.key == key))
    tx.conn.execute(insert(tables.meta).values(key=key, value=value))
