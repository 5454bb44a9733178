"""Audiences of a million are counted in narrow rows of their own, see `desktop.store.migrations.briefs`."""

from alembic import op

from desktop.store.migrations import briefs

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    briefs.add(op.get_bind())
