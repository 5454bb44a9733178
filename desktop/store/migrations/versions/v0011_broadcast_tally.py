"""A broadcast's figures are counted as its messages change, see `desktop.store.migrations.tallies`; its recipients are
one tree instead of a table and an index."""

import sqlalchemy as sa
from alembic import op

from desktop.store.migrations import tallies

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    tallies.add(op.get_bind())
    if op.get_bind().dialect.name == "sqlite":
        _as_one_tree("broadcast_recipient")


def _as_one_tree(name: str) -> None:
    """The same table without row ids. It has no index, and no table refers to it."""
    made = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name})
    op.execute(f"ALTER TABLE {name} RENAME TO {name}_before")
    op.execute(f"{made} WITHOUT ROWID")
    op.execute(f"INSERT INTO {name} SELECT * FROM {name}_before")
    op.execute(f"DROP TABLE {name}_before")
