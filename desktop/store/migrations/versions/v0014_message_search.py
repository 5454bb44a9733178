"""The texts of messages are searched, see `desktop.store.migrations.searching`."""

import sqlalchemy as sa
from alembic import op

from desktop.store.migrations import searching

revision = "0014"
down_revision = "0013"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "message_unsearched",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("message_id", _ID, nullable=False),
    )
    searching.add(op.get_bind())
