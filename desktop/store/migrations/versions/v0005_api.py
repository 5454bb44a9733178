"""Keys of the HTTP API, what was answered under an Idempotency-Key, and which key a message came with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("bearer_hash", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_by", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("last_used_at", sa.BigInteger()),
        sa.UniqueConstraint("key_id", name="uq_api_key_key_id"),
    )
    op.create_table(
        "api_answer",
        sa.Column("key_id", _id(), primary_key=True, autoincrement=False),
        sa.Column("idempotency_key", sa.String(), primary_key=True),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.add_column("message", sa.Column("api_key_id", _id()))
    only = sa.text("api_key_id IS NOT NULL")
    op.create_index(
        "ix_message_api_key",
        "message",
        ["api_key_id", "created_at", "status", "reason"],
        sqlite_where=only,
        postgresql_where=only,
    )


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
