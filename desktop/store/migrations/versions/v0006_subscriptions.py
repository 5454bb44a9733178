"""Outgoing webhooks with their deliveries, which key a broadcast came with, answers found by their age, and when a
template's category was last spoken of."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("api_key_id", _id()))
    op.add_column("template", sa.Column("category_told_at", sa.BigInteger()))
    op.create_index("ix_api_answer_at", "api_answer", ["at"])
    op.create_table(
        "subscription",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("api_key_id", _id()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("paused_because", sa.Text(), nullable=False, server_default=""),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("secret_mark", sa.String(), nullable=False),
        sa.Column("told_to", sa.JSON(), nullable=False),
        sa.Column("made_by_key_id", _id()),
        sa.Column("created_by", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column(
            "subscription_id",
            _id(),
            sa.ForeignKey("subscription.id", ondelete="CASCADE", name="fk_delivery_subscription_id"),
            nullable=False,
        ),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempt_count", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("http_status", sa.SmallInteger()),
        sa.Column("trouble", sa.Text(), nullable=False, server_default=""),
        sa.Column("replay_of", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_delivery_subscription_id_id", "delivery", ["subscription_id", "id"])
    op.create_index(
        "ix_delivery_ended", "delivery", ["subscription_id", "ended_at", "status", "attempt_count"]
    )
    only = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["subscription_id", "due_at", "id"],
        sqlite_where=only,
        postgresql_where=only,
    )


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
