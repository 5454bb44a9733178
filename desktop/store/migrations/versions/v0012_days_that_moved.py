"""Broadcasts: who launched one; over days, by how many it is late, and how far a move of its messages has come."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    days = ("late_days", "moving_days")
    for name in days:
        op.add_column("broadcast", sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0")))
    id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("broadcast", sa.Column("moved_to", id, nullable=False, server_default=sa.text("0")))
    # Who launched it, where that is kept: not who began the draft.
    op.add_column("broadcast", sa.Column("launched_by", id))
