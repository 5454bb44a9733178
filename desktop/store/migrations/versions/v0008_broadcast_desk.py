"""Broadcasts: their time, kind and holds, approvals, lists of contacts, what WhatsApp says of the account, and replies."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _broadcasts()
    _holds_and_approvals()
    _lists()
    op.create_table(
        "account_state",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.add_column("message", sa.Column("answers_broadcast_id", _id()))
    _partial(
        "ix_message_answers_broadcast",
        "message",
        ["answers_broadcast_id", "id"],
        "answers_broadcast_id IS NOT NULL",
    )
    _partial("ix_message_retry_of", "message", ["retry_of", "broadcast_id", "status"], "retry_of IS NOT NULL")
    changed = ["broadcast_id", "changed_at", "id"]
    _partial("ix_message_broadcast_changed", "message", changed, "broadcast_id IS NOT NULL")
    op.add_column("bot_step", sa.Column("because", sa.Text(), nullable=False, server_default=""))
    _marketing_so_far()


def _broadcasts() -> None:
    nought = sa.text("0")
    for column in (
        sa.Column("kind", sa.String(), nullable=False, server_default="broadcast"),
        sa.Column("parent_id", _id()),
        sa.Column("starts_at", sa.BigInteger()),
        sa.Column("held_cause", sa.String(), nullable=False, server_default=""),
        sa.Column("approved", sa.JSON(none_as_null=True)),
        sa.Column("archived_at", sa.BigInteger()),
        sa.Column("updated_by", _id()),
        sa.Column("updated_at", sa.BigInteger()),
        sa.Column("draft_revision", sa.Integer(), nullable=False, server_default=nought),
        sa.Column("duplicate_count", sa.Integer(), nullable=False, server_default=nought),
        sa.Column("planned_to_send_count", sa.Integer(), nullable=False, server_default=nought),
    ):
        op.add_column("broadcast", column)
    op.create_index("ix_broadcast_parent_id", "broadcast", ["parent_id"])
    op.execute("ALTER TABLE broadcast DROP COLUMN send_at")  # a part of the draft now; nothing ever read it


def _holds_and_approvals() -> None:
    op.create_table(
        "broadcast_hold",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        _of("broadcast_hold", "broadcast_id", "broadcast.id"),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False, server_default=""),
        sa.Column("decided_by", _id()),
        sa.Column("decided_at", sa.BigInteger()),
    )
    op.create_index("ix_broadcast_hold_broadcast_id", "broadcast_hold", ["broadcast_id", "id"])
    op.create_table(
        "broadcast_approval",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        _of("broadcast_approval", "broadcast_id", "broadcast.id"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("despite_count", sa.Integer(), nullable=False),
        sa.Column("selected_count", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("asked_by", _id(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", _id()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_broadcast_approval_broadcast_id", "broadcast_approval", ["broadcast_id", "id"])
    op.create_index("ix_broadcast_approval_state", "broadcast_approval", ["state", "id"])


def _lists() -> None:
    op.create_table(
        "contact_list",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_by", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("bulk_id", _id()),
        sa.Column("row_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "contact_list_row",
        _of("contact_list_row", "list_id", "contact_list.id", primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        _of("contact_list_row", "contact_id", "contact.id"),
    )
    op.create_index("ix_contact_list_row_contact_id", "contact_list_row", ["contact_id"])
    op.create_index("ix_contact_list_row_list_id_contact_id", "contact_list_row", ["list_id", "contact_id"])


def _marketing_so_far() -> None:
    """Who got marketing, and when last: kept from now on, and found once in what was sent before."""
    op.execute(
        "UPDATE contact SET last_marketing_at = (SELECT max(sent.changed_at) FROM (SELECT contact_id, "
        "coalesce(sent_at, changed_at) AS changed_at FROM message WHERE outgoing AND category = 'marketing' "
        "AND status IN ('accepted', 'sent', 'delivered', 'read')) AS sent WHERE sent.contact_id = contact.id) "
        "WHERE id IN (SELECT contact_id FROM message WHERE outgoing AND category = 'marketing' "
        "AND status IN ('accepted', 'sent', 'delivered', 'read'))"
    )
    only = "last_marketing_at IS NOT NULL AND merged_into IS NULL"
    _partial("ix_contact_last_marketing", "contact", ["last_marketing_at", "facts"], only)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _of(table: str, name: str, target: str, *, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target, ondelete="RESTRICT", name=f"fk_{table}_{name}")
    return sa.Column(name, _id(), key, nullable=False, primary_key=primary_key)


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
