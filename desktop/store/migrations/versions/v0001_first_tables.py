"""The first tables."""

import sqlalchemy as sa
from alembic import op

from desktop.store.migrations import guards

revision = "0001"
down_revision = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attribute",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("folded", name=op.f("uq_attribute_folded")),
    )
    op.create_table(
        "change",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("ref", _id(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_table(
        "contact",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("name_folded", sa.String(), server_default="", nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("facts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("consent_event_id", _id(), nullable=True),
        sa.Column("last_marketing_at", sa.BigInteger(), nullable=True),
        sa.Column("last_inbound_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("phone", name=op.f("uq_contact_phone")),
    )
    op.create_index("ix_contact_created_at", "contact", ["created_at"], unique=False)
    op.create_index("ix_contact_facts", "contact", ["facts", "id"], unique=False)
    op.create_index("ix_contact_last_inbound_at", "contact", ["last_inbound_at"], unique=False)
    op.create_index("ix_contact_name_folded", "contact", ["name_folded"], unique=False)
    op.create_table(
        "engine",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engine")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "person",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "setting_log",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("old", sa.JSON(), nullable=True),
        sa.Column("new", sa.JSON(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", _id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_log")),
    )
    op.create_table(
        "tag",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("folded", name=op.f("uq_tag_folded")),
    )
    op.create_table(
        "template",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("whatsapp_id", sa.String(), server_default="", nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("correct_category", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("header_kind", sa.String(), server_default="", nullable=False),
        sa.Column("header_text", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("footer", sa.Text(), server_default="", nullable=False),
        sa.Column("buttons", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("named", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("examples", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    op.create_index("uq_template_name_language", "template", ["name", "language"], unique=True)
    op.create_table(
        "webhook",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(
        "ix_webhook_waiting",
        "webhook",
        ["id"],
        unique=False,
        sqlite_where=sa.text("NOT done"),
        postgresql_where=sa.text("NOT done"),
    )
    op.create_table(
        "webhook_seen",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_webhook_seen")),
    )
    op.create_table(
        "broadcast",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("held_because", sa.Text(), server_default="", nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("template_id", _id(), nullable=True),
        sa.Column("only_opted_in", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("override_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("override_user_id", _id(), nullable=True),
        sa.Column("approved_no_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("selected_count", sa.Integer(), nullable=True),
        sa.Column("checksum", sa.BigInteger(), nullable=True),
        sa.Column("planned_to", _id(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_by", _id(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=True),
        sa.Column("launched_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_broadcast_template_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    op.create_index("ix_broadcast_status", "broadcast", ["status"], unique=False)
    op.create_table(
        "consent_event",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("user_id", _id(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("fact IN ('opt_in', 'whatsapp')", name=op.f("ck_consent_event_fact")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_consent_event_contact_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    op.create_index("ix_consent_event_contact_id_id", "consent_event", ["contact_id", "id"], unique=False)
    op.create_table(
        "contact_attribute",
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("attribute_id", _id(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=True),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attribute_id"],
            ["attribute.id"],
            name=op.f("fk_contact_attribute_attribute_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_attribute_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "attribute_id", name=op.f("pk_contact_attribute")),
    )
    op.create_index(
        "ix_contact_attribute_at", "contact_attribute", ["attribute_id", "at", "contact_id"], unique=False
    )
    op.create_index(
        "ix_contact_attribute_folded",
        "contact_attribute",
        ["attribute_id", "folded", "contact_id"],
        unique=False,
    )
    op.create_index(
        "ix_contact_attribute_number",
        "contact_attribute",
        ["attribute_id", "number", "contact_id"],
        unique=False,
    )
    op.create_table(
        "contact_tag",
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("tag_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_tag_contact_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tag.id"], name=op.f("fk_contact_tag_tag_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "tag_id", name=op.f("pk_contact_tag")),
    )
    op.create_index("ix_contact_tag_tag_id_contact_id", "contact_tag", ["tag_id", "contact_id"], unique=False)
    op.create_table(
        "conversation",
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("assigned_to", _id(), nullable=True),
        sa.Column("unread_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("last_message_id", _id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_conversation_contact_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_conversation")),
    )
    op.create_index("ix_conversation_last_at", "conversation", ["last_at"], unique=False)
    op.create_table(
        "draft",
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("user_id", _id(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_draft_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "user_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "identity",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_identity_contact_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_contact_id", "identity", ["contact_id"], unique=False)
    op.create_table(
        "broadcast_recipient",
        sa.Column("broadcast_id", _id(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("consent_event_id", _id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcast.id"],
            name=op.f("fk_broadcast_recipient_broadcast_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_broadcast_recipient_contact_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "contact_id", name=op.f("pk_broadcast_recipient")),
    )
    op.create_table(
        "message",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("broadcast_id", _id(), nullable=True),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("path", sa.String(), server_default="", nullable=False),
        sa.Column("lane", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("error_details", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), server_default="service", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("template_id", _id(), nullable=True),
        sa.Column("template_revision", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Boolean(), nullable=True),
        sa.Column("consent_event_id", _id(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("override_user_id", _id(), nullable=True),
        sa.Column("author_id", _id(), nullable=True),
        sa.Column("wamid", sa.String(), nullable=True),
        sa.Column("context_wamid", sa.String(), nullable=True),
        sa.Column("retry_of", _id(), nullable=True),
        sa.Column("attempt_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("engine_id", _id(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_message_broadcast_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["template.id"], name=op.f("fk_message_template_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("wamid", name=op.f("uq_message_wamid")),
    )
    op.create_index(
        "ix_message_broadcast_id_status", "message", ["broadcast_id", "status", "reason"], unique=False
    )
    op.create_index("ix_message_contact_id_id", "message", ["contact_id", "id"], unique=False)
    op.create_index(
        "ix_message_queue",
        "message",
        ["broadcast_id", "lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "ix_message_sending",
        "message",
        ["engine_id"],
        unique=False,
        sqlite_where=sa.text("status = 'sending'"),
        postgresql_where=sa.text("status = 'sending'"),
    )
    op.create_index(
        "uq_message_broadcast_contact",
        "message",
        ["broadcast_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("broadcast_id IS NOT NULL"),
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("message_id", _id(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("engine_id", _id(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), server_default="open", nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("wamid", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_attempt_message_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("uq_attempt_message_id_number", "attempt", ["message_id", "number"], unique=True)
    op.create_table(
        "message_event",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("message_id", _id(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("user_id", _id(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_message_event_message_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_event")),
    )
    op.create_index("ix_message_event_message_id_id", "message_event", ["message_id", "id"], unique=False)
    guards.add(op.get_bind())
