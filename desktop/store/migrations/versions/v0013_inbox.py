"""The inbox: notes, quick replies, reminders, saved views, what happened in a conversation, and since when it waits."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> "sa.Column[int]":
    return sa.Column("id", _ID, primary_key=True, autoincrement=True)


def _of_contact(table: str) -> "sa.Column[int]":
    key = sa.ForeignKey("contact.id", name=f"fk_{table}_contact_id", ondelete="RESTRICT")
    return sa.Column("contact_id", _ID, key, nullable=False)


def upgrade() -> None:
    op.add_column("conversation", sa.Column("first_unread_id", _ID))
    op.add_column("conversation", sa.Column("waiting_since", sa.BigInteger))
    op.execute("UPDATE conversation SET waiting_since = last_at WHERE unread_count > 0")
    op.create_index("ix_conversation_open", "conversation", ["open", "last_at"])
    op.create_index("ix_conversation_assigned_to", "conversation", ["assigned_to", "open", "last_at"])
    waits = sa.text("waiting_since IS NOT NULL")
    for index, columns in (
        ("ix_conversation_waiting_since", ["waiting_since"]),
        ("ix_conversation_waits_for", ["assigned_to", "waiting_since"]),
    ):
        op.create_index(index, "conversation", columns, sqlite_where=waits, postgresql_where=waits)
    op.create_table(
        "note",
        _key(),
        _of_contact("note"),
        sa.Column("author_id", _ID, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_note_contact_id", "note", ["contact_id"])
    op.create_table(
        "mention",
        sa.Column(
            "note_id",
            _ID,
            sa.ForeignKey("note.id", name="fk_mention_note_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("seen_at", sa.BigInteger),
    )
    op.create_index("ix_mention_user_id", "mention", ["user_id", "seen_at"])
    op.create_table(
        "reaction",
        sa.Column(
            "message_id",
            _ID,
            sa.ForeignKey("message.id", name="fk_reaction_message_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("emoji", sa.String, nullable=False),
        sa.Column("wrote_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "thread_event",
        _key(),
        _of_contact("thread_event"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("user_name", sa.String, nullable=False, server_default=""),
        sa.Column("subject", sa.String, nullable=False, server_default=""),
    )
    op.create_index("ix_thread_event_contact_id", "thread_event", ["contact_id", "id"])
    op.create_table(
        "quick_reply",
        _key(),
        sa.Column("shortcut", sa.String, nullable=False),
        sa.Column("folded", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("changed_by", _ID),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("folded", name="uq_quick_reply_folded"),
    )
    op.create_table(
        "reminder",
        sa.Column(
            "contact_id",
            _ID,
            sa.ForeignKey("contact.id", name="fk_reminder_contact_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("set_at", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger),
    )
    op.create_index("ix_reminder_user_id_due_at", "reminder", ["user_id", "due_at"])
    op.create_table(
        "inbox_view",
        _key(),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded", sa.String, nullable=False),
        sa.Column("wanted", sa.JSON, nullable=False),
        sa.UniqueConstraint("user_id", "folded", name="uq_inbox_view_user_id_folded"),
    )
