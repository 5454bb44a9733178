"""People who sign in, segments, changes of many contacts with their undo, and indexes of those who are there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_SORTED = ("facts", "name_folded", "created_at", "last_inbound_at")


def upgrade() -> None:
    _people()
    _segments()
    _bulk()
    op.add_column("template", sa.Column("category_before", sa.String()))
    op.add_column("template", sa.Column("category_changed_at", sa.BigInteger()))
    op.add_column("template", sa.Column("status_reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("template", sa.Column("paused_until", sa.BigInteger()))
    there = sa.text("merged_into IS NULL")
    for column in _SORTED:
        op.drop_index(f"ix_contact_{column}", "contact")
        op.create_index(
            f"ix_contact_{column}",
            "contact",
            [column, "id", "merged_into"],
            sqlite_where=there,
            postgresql_where=there,
        )
    gone = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_contact_merged_into", "contact", ["merged_into"], sqlite_where=gone, postgresql_where=gone
    )


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _people() -> None:
    for column in (
        sa.Column("sign_in_name", sa.String()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("failed_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failed_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger()),
        sa.Column("deactivated_at", sa.BigInteger()),
        sa.Column("last_signed_in_at", sa.BigInteger()),
    ):
        op.add_column("person", column)
    op.create_index("uq_person_sign_in_name", "person", ["sign_in_name"], unique=True)
    op.create_table(
        "activity",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("user_name", sa.String(), nullable=False, server_default=""),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, server_default=""),
        sa.Column("details", sa.Text(), nullable=False, server_default=""),
    )


def _segments() -> None:
    op.create_table(
        "segment",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("folded", name="uq_segment_folded"),
    )


def _bulk() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("counts", sa.JSON(), nullable=False, server_default="{}"),
    )
    op.create_table(
        "bulk_row",
        sa.Column("bulk_id", _id(), primary_key=True),
        sa.Column("contact_id", _id(), primary_key=True),
        sa.Column("before", sa.JSON()),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"], name="fk_bulk_row_bulk_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
