"""The tables, alike on SQLite and PostgreSQL.

Moments are whole microseconds since 1970 (UTC) in a BIGINT: one form on both databases, quick to compare.
`contact.facts` packs what decides into one small indexed number, see `desktop.store.facts`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import JSON, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime | None) -> int | None:
    """A moment as it is kept."""
    return None if at is None else (at - EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, ondelete: str = "RESTRICT") -> Column[int]:
    return Column(name, _Id, ForeignKey(target, ondelete=ondelete), nullable=nullable)


meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", JSON, nullable=False),
)

setting_log = Table(
    "setting_log",
    metadata,
    _id(),
    Column("key", String, nullable=False),
    Column("old", JSON),
    Column("new", JSON),
    Column("at", Moment, nullable=False),
    Column("user_id", _Id),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("sign_in_name", String),
    Column("password_hash", Text),
    Column("failed_count", Integer, nullable=False, server_default=text("0")),
    Column("failed_at", Moment),
    Column("created_at", Moment),
    Column("deactivated_at", Moment),
    Column("last_signed_in_at", Moment),
    Index("uq_person_sign_in_name", "sign_in_name", unique=True),
)

activity = Table(
    "activity",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    Column("user_id", _Id),
    Column("user_name", String, nullable=False, server_default=""),
    Column("deed", String, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default=""),
)


def _there() -> dict[str, Any]:
    """Index only the rows that were not merged away."""
    only = text("merged_into IS NULL")
    return {"sqlite_where": only, "postgresql_where": only}


contact = Table(
    "contact",
    metadata,
    _id(),
    Column("name", String, nullable=False, server_default=""),
    Column("name_folded", String, nullable=False, server_default=""),
    Column("phone", String, unique=True),
    Column("facts", SmallInteger, nullable=False, server_default=text("0")),
    Column("consent_event_id", _Id),
    Column("last_marketing_at", Moment),
    Column("last_inbound_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("merged_into", _Id),
    # Only those who are there, and by holding the column that says so: a count or a page of the table then
    # never leaves its index (SQLite looks at the row otherwise, which takes five times as long).
    Index("ix_contact_facts", "facts", "id", "merged_into", **_there()),
    Index("ix_contact_name_folded", "name_folded", "id", "merged_into", **_there()),
    Index("ix_contact_created_at", "created_at", "id", "merged_into", **_there()),
    Index("ix_contact_last_inbound_at", "last_inbound_at", "id", "merged_into", **_there()),
    # Who was changed lately: what the triggers of sequences look through.
    Index("ix_contact_updated_at", "updated_at", "id", "merged_into", **_there()),
    # Who got marketing lately: what broadcasts leave out.
    Index(
        "ix_contact_last_marketing",
        "last_marketing_at",
        "facts",
        sqlite_where=text("last_marketing_at IS NOT NULL AND merged_into IS NULL"),
        postgresql_where=text("last_marketing_at IS NOT NULL AND merged_into IS NULL"),
    ),
    # Who was merged into whom: few, and looked for at every merge.
    Index(
        "ix_contact_merged_into",
        "merged_into",
        sqlite_where=text("merged_into IS NOT NULL"),
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
)

REMOVED: Final = 0
"""`contact.merged_into` of a contact that an undone import took back: it is merged into nobody."""

identity = Table(
    "identity",
    metadata,
    Column("kind", String, primary_key=True),
    Column("value", String, primary_key=True),
    _ref("contact_id", "contact.id"),
    Index("ix_identity_contact_id", "contact_id"),
)

tag = Table(
    "tag",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
)

contact_tag = Table(
    "contact_tag",
    metadata,
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", _Id, ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_contact_tag_tag_id_contact_id", "tag_id", "contact_id"),
)

attribute = Table(
    "attribute",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("choices", JSON, nullable=False, server_default="[]"),
)

contact_attribute = Table(
    "contact_attribute",
    metadata,
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("attribute_id", _Id, ForeignKey("attribute.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("folded", Text),
    Column("number", Float),
    Column("at", Moment),
    Index("ix_contact_attribute_folded", "attribute_id", "folded", "contact_id"),
    Index("ix_contact_attribute_number", "attribute_id", "number", "contact_id"),
    Index("ix_contact_attribute_at", "attribute_id", "at", "contact_id"),
)

segment = Table(
    "segment",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("filter", JSON, nullable=False),
    Column("user_id", _Id),
    Column("updated_at", Moment, nullable=False),
)

bulk = Table(
    "bulk",
    metadata,
    _id(),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("status", String, nullable=False),
    Column("user_id", _Id),
    Column("process", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("counts", JSON, nullable=False, server_default="{}"),
)

bulk_row = Table(
    "bulk_row",
    metadata,
    Column("bulk_id", _Id, ForeignKey("bulk.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", _Id, primary_key=True),
    # NULL: the change made this contact; else what stood before, see desktop.store.bulk.
    Column("before", JSON(none_as_null=True)),
    sqlite_with_rowid=False,
)

consent_event = Table(
    "consent_event",
    metadata,
    _id(),
    _ref("contact_id", "contact.id"),
    Column("fact", String, nullable=False),
    Column("value", String, nullable=False),
    Column("source", String, nullable=False),
    Column("user_id", _Id),
    Column("at", Moment, nullable=False),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("fact IN ('opt_in', 'whatsapp')", name="fact"),
    Index("ix_consent_event_contact_id_id", "contact_id", "id"),
    # Who said no, by when: what the list of opted-out contacts walks through.
    Index(
        "ix_consent_event_said_no",
        "at",
        "contact_id",
        sqlite_where=text("value IN ('no', 'stop')"),
        postgresql_where=text("value IN ('no', 'stop')"),
    ),
)

template = Table(
    "template",
    metadata,
    _id(),
    Column("whatsapp_id", String, nullable=False, server_default=""),
    Column("name", String, nullable=False),
    Column("language", String, nullable=False),
    Column("category", String, nullable=False),
    Column("correct_category", String),
    Column("status", String, nullable=False),
    Column("quality", String, nullable=False),
    Column("header_kind", String, nullable=False, server_default=""),
    Column("header_text", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    Column("footer", Text, nullable=False, server_default=""),
    Column("buttons", JSON, nullable=False, server_default="[]"),
    Column("named", Boolean, nullable=False, server_default=text("false")),
    Column("examples", JSON, nullable=False, server_default="[]"),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    Column("fetched_at", Moment),
    Column("category_before", String),
    Column("category_changed_at", Moment),
    Column("status_reason", Text, nullable=False, server_default=""),
    Column("paused_until", Moment),
    Column("category_told_at", Moment),
    Index("uq_template_name_language", "name", "language", unique=True),
)

_WAITS: Final[dict[str, Any]] = {
    "sqlite_where": text("waiting_since IS NOT NULL"),
    "postgresql_where": text("waiting_since IS NOT NULL"),
}

conversation = Table(
    "conversation",
    metadata,
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="RESTRICT"), primary_key=True),
    Column("open", Boolean, nullable=False, server_default=text("true")),
    Column("assigned_to", _Id),
    Column("unread_count", Integer, nullable=False, server_default=text("0")),
    Column("last_at", Moment, nullable=False),
    Column("last_message_id", _Id),
    # While something is unread: the first of it, and when it came.
    Column("first_unread_id", _Id),
    Column("waiting_since", Moment),
    Index("ix_conversation_last_at", "last_at"),
    # What the list is walked along: an order within all that are open, or within those of one person.
    Index("ix_conversation_open", "open", "last_at"),
    Index("ix_conversation_assigned_to", "assigned_to", "open", "last_at"),
    Index("ix_conversation_waiting_since", "waiting_since", **_WAITS),
    Index("ix_conversation_waits_for", "assigned_to", "waiting_since", **_WAITS),
)

# Messages whose text is not in the search yet, or was changed since, oldest first; see migrations.searching.
message_unsearched = Table(
    "message_unsearched",
    metadata,
    _id(),
    Column("message_id", _Id, nullable=False),
)

# What colleagues tell each other under a conversation; customers never see it.
note = Table(
    "note",
    metadata,
    _id(),
    _ref("contact_id", "contact.id"),
    Column("author_id", _Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_note_contact_id", "contact_id"),
)

# Who is named in a note with an @, and when they saw it.
mention = Table(
    "mention",
    metadata,
    Column("note_id", _Id, ForeignKey("note.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", _Id, primary_key=True),
    Column("seen_at", Moment),
    Index("ix_mention_user_id", "user_id", "seen_at"),
)

# What a customer put on a message with an emoji, at most one each. wrote_at: an older report never wins over a newer one;
# emoji "": taken back.
reaction = Table(
    "reaction",
    metadata,
    Column("message_id", _Id, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True),
    Column("emoji", String, nullable=False),
    Column("wrote_at", Moment, nullable=False),
)

# What people and rules did with a conversation; subject: to whom it was assigned, which tag.
thread_event = Table(
    "thread_event",
    metadata,
    _id(),
    _ref("contact_id", "contact.id"),
    Column("at", Moment, nullable=False),
    Column("kind", String, nullable=False),
    Column("user_name", String, nullable=False, server_default=""),
    Column("subject", String, nullable=False, server_default=""),
    Index("ix_thread_event_contact_id", "contact_id", "id"),
)

quick_reply = Table(
    "quick_reply",
    metadata,
    _id(),
    Column("shortcut", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("changed_by", _Id),
    Column("changed_at", Moment, nullable=False),
)

# At most one per person and conversation; told_at: when the person was reminded.
reminder = Table(
    "reminder",
    metadata,
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", _Id, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("told_at", Moment),
    Index("ix_reminder_user_id_due_at", "user_id", "due_at"),
)

# A person's own view of the list of conversations: box, order and conditions.
inbox_view = Table(
    "inbox_view",
    metadata,
    _id(),
    Column("user_id", _Id, nullable=False),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False),
    Column("wanted", JSON, nullable=False),
    UniqueConstraint("user_id", "folded"),
)

draft = Table(
    "draft",
    metadata,
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", _Id, primary_key=True),
    Column("body", JSON, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

broadcast = Table(
    "broadcast",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("held_because", Text, nullable=False, server_default=""),
    Column("draft", JSON, nullable=False),
    _ref("template_id", "template.id", nullable=True),
    Column("only_opted_in", Boolean, nullable=False, server_default=text("true")),
    Column("override_reason", Text, nullable=False, server_default=""),
    Column("override_user_id", _Id),
    Column("approved_no_count", Integer, nullable=False, server_default=text("0")),
    Column("approved_count", Integer),
    Column("selected_count", Integer),
    Column("checksum", BigInteger),
    Column("planned_to", _Id, nullable=False, server_default=text("0")),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
    Column("launched_at", Moment),
    Column("ended_at", Moment),
    # Of the API: the key that asked for it.
    Column("api_key_id", _Id),
    Column("kind", String, nullable=False, server_default="broadcast"),
    Column("parent_id", _Id),
    Column("starts_at", Moment),
    Column("held_cause", String, nullable=False, server_default=""),
    # How things stood when a person said yes, see desktop.domain.drift.Standing.
    Column("approved", JSON(none_as_null=True)),
    Column("archived_at", Moment),
    Column("updated_by", _Id),
    Column("updated_at", Moment),
    Column("draft_revision", Integer, nullable=False, server_default=text("0")),
    Column("duplicate_count", Integer, nullable=False, server_default=text("0")),
    # Of those planned so far, how many get it: the place of the next one among days.
    Column("planned_to_send_count", Integer, nullable=False, server_default=text("0")),
    # Over days: how many whole days later than planned its messages are due. moving_days: of these, those by which the
    # rows that were made before are being moved; they have been up to this contact.
    Column("late_days", Integer, nullable=False, server_default=text("0")),
    Column("moving_days", Integer, nullable=False, server_default=text("0")),
    Column("moved_to", _Id, nullable=False, server_default=text("0")),
    # 0: nobody with an account; NULL: before it was kept.
    Column("launched_by", _Id),
    Index("ix_broadcast_status", "status"),
    Index("ix_broadcast_parent_id", "parent_id"),
)

broadcast_hold = Table(
    "broadcast_hold",
    metadata,
    _id(),
    _ref("broadcast_id", "broadcast.id"),
    Column("cause", String, nullable=False),
    Column("because", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decision", String, nullable=False, server_default=""),
    Column("decided_by", _Id),
    Column("decided_at", Moment),
    Index("ix_broadcast_hold_broadcast_id", "broadcast_id", "id"),
)

broadcast_approval = Table(
    "broadcast_approval",
    metadata,
    _id(),
    _ref("broadcast_id", "broadcast.id"),
    Column("state", String, nullable=False),
    Column("despite_count", Integer, nullable=False),
    Column("selected_count", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("asked_by", _Id, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("decided_by", _Id),
    Column("decided_at", Moment),
    Column("words", Text, nullable=False, server_default=""),
    Index("ix_broadcast_approval_broadcast_id", "broadcast_id", "id"),
    Index("ix_broadcast_approval_state", "state", "id"),
)

# People of a file or picked by hand, in the order of the file; somebody may stand in it twice.
contact_list = Table(
    "contact_list",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
    # Of the import that brought it; NULL: picked by hand.
    Column("bulk_id", _Id),
    Column("row_count", Integer, nullable=False, server_default=text("0")),
)

contact_list_row = Table(
    "contact_list_row",
    metadata,
    Column("list_id", _Id, ForeignKey("contact_list.id", ondelete="RESTRICT"), primary_key=True),
    Column("number", Integer, primary_key=True),
    _ref("contact_id", "contact.id"),
    Index("ix_contact_list_row_contact_id", "contact_id"),
    Index("ix_contact_list_row_list_id_contact_id", "list_id", "contact_id"),
)

# What WhatsApp told of the number and the account last: 'quality', 'tier', 'restriction' …
account_state = Table(
    "account_state",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

broadcast_recipient = Table(
    "broadcast_recipient",
    metadata,
    Column("broadcast_id", _Id, ForeignKey("broadcast.id", ondelete="RESTRICT"), primary_key=True),
    Column("contact_id", _Id, ForeignKey("contact.id", ondelete="RESTRICT"), primary_key=True),
    Column("line", String, nullable=False),
    Column("consent_event_id", _Id),
    # A million are written in one transaction: one tree instead of a table and the index of its key.
    sqlite_with_rowid=False,
)

sequence = Table(
    "sequence",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("held_because", Text, nullable=False, server_default=""),
    # What was edited and is not published yet; NULL: nothing.
    Column("draft", JSON(none_as_null=True)),
    Column("version_id", _Id),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
    Column("activated_at", Moment),
    # Contacts created or changed up to here have been looked at by the trigger.
    Column("looked_to", Moment),
    # How many came in ever, and the checksum of their enrolments' ids: what the ledger compares with.
    Column("enrolled_count", Integer, nullable=False, server_default=text("0")),
    Column("enrolled_checksum", BigInteger, nullable=False, server_default=text("0")),
)

sequence_version = Table(
    "sequence_version",
    metadata,
    _id(),
    _ref("sequence_id", "sequence.id"),
    Column("number", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("user_id", _Id),
    Column("at", Moment, nullable=False),
    Index("uq_sequence_version_sequence_id_number", "sequence_id", "number", unique=True),
)

enrolment = Table(
    "enrolment",
    metadata,
    _id(),
    _ref("sequence_id", "sequence.id"),
    _ref("version_id", "sequence_version.id"),
    _ref("contact_id", "contact.id"),
    Column("status", String, nullable=False),
    # The step to do, from 1, or the one whose message is on its way; 0 when it is over.
    Column("step_number", SmallInteger, nullable=False),
    # NULL: the step's message is on its way (message_id), or it is over.
    Column("due_at", Moment),
    Column("message_id", _Id),
    Column("source", String, nullable=False),
    Column("user_id", _Id),
    # The contact's created_at or updated_at that brought them in: the same change never does so twice.
    Column("trigger_at", Moment),
    Column("enrolled_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_because", Text, nullable=False, server_default=""),
    Index("ix_enrolment_sequence_id_contact_id", "sequence_id", "contact_id", "id"),
    Index("ix_enrolment_sequence_id_status", "sequence_id", "status", "id"),
    Index("ix_enrolment_contact_id", "contact_id"),
    Index(
        "ix_enrolment_due",
        "sequence_id",
        "due_at",
        "id",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_enrolment_waiting",
        "message_id",
        sqlite_where=text("message_id IS NOT NULL"),
        postgresql_where=text("message_id IS NOT NULL"),
    ),
    # Whether anybody still follows a version.
    Index(
        "ix_enrolment_following",
        "version_id",
        sqlite_where=text("status = 'in_progress'"),
        postgresql_where=text("status = 'in_progress'"),
    ),
    # One run of a contact in a sequence at a time, whoever enrols whom at the same moment.
    Index(
        "uq_enrolment_running",
        "sequence_id",
        "contact_id",
        unique=True,
        sqlite_where=text("status = 'in_progress'"),
        postgresql_where=text("status = 'in_progress'"),
    ),
)

enrolment_step = Table(
    "enrolment_step",
    metadata,
    Column("enrolment_id", _Id, ForeignKey("enrolment.id", ondelete="RESTRICT"), primary_key=True),
    Column("step_number", SmallInteger, primary_key=True),
    Column("ended_as", String, nullable=False),
    Column("message_id", _Id),
    Column("at", Moment, nullable=False),
)

message = Table(
    "message",
    metadata,
    _id(),
    _ref("contact_id", "contact.id"),
    _ref("broadcast_id", "broadcast.id", nullable=True),
    Column("outgoing", Boolean, nullable=False),
    Column("path", String, nullable=False, server_default=""),
    Column("lane", SmallInteger, nullable=False, server_default=text("0")),
    Column("status", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    Column("error_code", Integer),
    Column("error_details", Text),
    Column("kind", String, nullable=False),
    Column("category", String, nullable=False, server_default="service"),
    Column("text", Text, nullable=False, server_default=""),
    Column("content", JSON),
    _ref("template_id", "template.id", nullable=True),
    Column("template_revision", Integer),
    Column("asked", Boolean),
    Column("consent_event_id", _Id),
    Column("override_reason", Text),
    Column("override_user_id", _Id),
    Column("author_id", _Id),
    Column("wamid", String, unique=True),
    Column("context_wamid", String),
    Column("retry_of", _Id),
    Column("attempt_count", SmallInteger, nullable=False, server_default=text("0")),
    Column("engine_id", _Id),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("delivered_at", Moment),
    Column("read_at", Moment),
    # Of a sequence: one message per step of an enrolment, ever.
    Column("enrolment_id", _Id),
    Column("version_id", _Id),
    Column("step_number", SmallInteger),
    # Of the API: the key that it came with.
    Column("api_key_id", _Id),
    # Of a bot: the session, and the node of its flow.
    Column("session_id", _Id),
    Column("node_id", String),
    # Of a customer's message: the broadcast whose message it replies to, by quoting it or pressing its button.
    Column("answers_broadcast_id", _Id),
    Index("ix_message_contact_id_id", "contact_id", "id"),
    Index(
        "ix_message_answers_broadcast",
        "answers_broadcast_id",
        "id",
        sqlite_where=text("answers_broadcast_id IS NOT NULL"),
        postgresql_where=text("answers_broadcast_id IS NOT NULL"),
    ),
    Index(
        "ix_message_retry_of",
        "retry_of",
        "broadcast_id",
        "status",
        sqlite_where=text("retry_of IS NOT NULL"),
        postgresql_where=text("retry_of IS NOT NULL"),
    ),
    Index(
        "ix_message_session",
        "session_id",
        "id",
        sqlite_where=text("session_id IS NOT NULL"),
        postgresql_where=text("session_id IS NOT NULL"),
    ),
    # What a key's figures count by.
    Index(
        "ix_message_api_key",
        "api_key_id",
        "created_at",
        "status",
        "reason",
        sqlite_where=text("api_key_id IS NOT NULL"),
        postgresql_where=text("api_key_id IS NOT NULL"),
    ),
    Index(
        "uq_message_enrolment_step",
        "enrolment_id",
        "step_number",
        unique=True,
        sqlite_where=text("enrolment_id IS NOT NULL"),
        postgresql_where=text("enrolment_id IS NOT NULL"),
    ),
    Index(
        "ix_message_version_id_step",
        "version_id",
        "step_number",
        "status",
        "reason",
        "error_code",
        "id",
        sqlite_where=text("version_id IS NOT NULL"),
        postgresql_where=text("version_id IS NOT NULL"),
    ),
    # Holds all that a report counts by, in the order in which it groups: a count of a million streams through it.
    # By the contact a search looks up whom a message belongs to, without the message itself.
    Index(
        "ix_message_report",
        "path",
        "category",
        "template_id",
        "status",
        "reason",
        "error_code",
        "created_at",
        "id",
        "contact_id",
        "outgoing",
        sqlite_where=text("outgoing"),
        postgresql_where=text("outgoing"),
    ),
    Index("ix_message_broadcast_id_status", "broadcast_id", "status", "reason"),
    # A report's messages, the newest change first.
    Index(
        "ix_message_broadcast_changed",
        "broadcast_id",
        "changed_at",
        "id",
        sqlite_where=text("broadcast_id IS NOT NULL"),
        postgresql_where=text("broadcast_id IS NOT NULL"),
    ),
    Index(
        "ix_message_queue",
        "broadcast_id",
        "lane",
        "due_at",
        "id",
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "ix_message_sending",
        "engine_id",
        sqlite_where=text("status = 'sending'"),
        postgresql_where=text("status = 'sending'"),
    ),
    Index(
        "uq_message_broadcast_contact",
        "broadcast_id",
        "contact_id",
        unique=True,
        sqlite_where=text("broadcast_id IS NOT NULL"),
        postgresql_where=text("broadcast_id IS NOT NULL"),
    ),
)

message_event = Table(
    "message_event",
    metadata,
    _id(),
    _ref("message_id", "message.id"),
    Column("status", String, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("source", String, nullable=False),
    Column("reason", String, nullable=False, server_default=""),
    Column("error_code", Integer),
    Column("user_id", _Id),
    Column("at", Moment, nullable=False),
    Index("ix_message_event_message_id_id", "message_id", "id"),
)

attempt = Table(
    "attempt",
    metadata,
    _id(),
    _ref("message_id", "message.id"),
    Column("number", SmallInteger, nullable=False),
    Column("engine_id", _Id),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("outcome", String, nullable=False, server_default="open"),
    Column("error_code", Integer),
    Column("wamid", String),
    # What was sent and answered, without the token; NULL where it is not kept, see desktop.services.outcomes.
    Column("request", Text),
    Column("http_status", SmallInteger),
    Column("answer", Text),
    Index("uq_attempt_message_id_number", "message_id", "number", unique=True),
)

webhook = Table(
    "webhook",
    metadata,
    _id(),
    Column("received_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("done", Boolean, nullable=False, server_default=text("false")),
    Index("ix_webhook_waiting", "id", sqlite_where=text("NOT done"), postgresql_where=text("NOT done")),
)

webhook_seen = Table(
    "webhook_seen",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    Column("why", Text, nullable=False),
    Column("body", Text, nullable=False),
)

subscription = Table(
    "subscription",
    metadata,
    _id(),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("shape", String, nullable=False),
    Column("api_key_id", _Id),
    Column("status", String, nullable=False),
    Column("paused_because", Text, nullable=False, server_default=""),
    Column("failing_since", Moment),
    # With the secret of the machine it makes the signing secret; of that only a mark is kept, to know it again.
    Column("salt", String, nullable=False),
    Column("secret_mark", String, nullable=False),
    # How far each source has been told, by its name.
    Column("told_to", JSON, nullable=False),
    # The key that chose the address; NULL: a person did.
    Column("made_by_key_id", _Id),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("subscription_id", _Id, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("event", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", String, nullable=False),
    Column("attempt_count", SmallInteger, nullable=False, server_default=text("0")),
    # NULL: it is over.
    Column("due_at", Moment),
    Column("http_status", SmallInteger),
    Column("trouble", Text, nullable=False, server_default=""),
    Column("replay_of", _Id),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_delivery_subscription_id_id", "subscription_id", "id"),
    # What the figures of a day count by.
    Index("ix_delivery_ended", "subscription_id", "ended_at", "status", "attempt_count"),
    Index(
        "ix_delivery_due",
        "subscription_id",
        "due_at",
        "id",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
)

api_key = Table(
    "api_key",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    # The public half. The two secrets are kept as SHA-256 (hex) of 256 random bits.
    Column("key_id", String, nullable=False, unique=True),
    Column("secret_hash", String, nullable=False),
    Column("bearer_hash", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
)

# What was answered under an Idempotency-Key, so that the same question gets the same answer.
api_answer = Table(
    "api_answer",
    metadata,
    Column("key_id", _Id, primary_key=True, autoincrement=False),
    Column("idempotency_key", String, primary_key=True),
    Column("body_hash", String, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_api_answer_at", "at"),
)

change = Table(
    "change",
    metadata,
    _id(),
    Column("at", Moment, nullable=False),
    Column("topic", String, nullable=False),
    Column("ref", _Id, nullable=False),
    Column("process", String, nullable=False),
)

engine = Table(
    "engine",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("connection", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("stopped_at", Moment),
)
flow = Table(
    "flow",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("status", String, nullable=False),
    # What was edited and is not published yet; NULL: nothing.
    Column("draft", JSON(none_as_null=True)),
    Column("version_id", _Id),
    Column("created_by", _Id),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
flow_version = Table(
    "flow_version",
    metadata,
    _id(),
    _ref("flow_id", "flow.id"),
    Column("number", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("user_id", _Id),
    Column("at", Moment, nullable=False),
    Index("uq_flow_version_flow_id_number", "flow_id", "number", unique=True),
)
bot_session = Table(
    "bot_session",
    metadata,
    _id(),
    _ref("flow_id", "flow.id"),
    _ref("version_id", "flow_version.id"),
    _ref("contact_id", "contact.id"),
    Column("status", String, nullable=False),
    Column("because", Text, nullable=False, server_default=""),
    # Where it stands: desktop.domain.flow_session.SessionState.
    Column("node_id", String, nullable=False),
    Column("awaits", String, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("said", Text, nullable=False, server_default=""),
    # When the customer said that: a newer No outweighs it.
    Column("said_at", Moment),
    Column("try_count", SmallInteger, nullable=False, server_default=text("0")),
    Column("hop_count", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_at", Moment),
    # The last message that it made, while it is not known whether it left.
    Column("message_id", _Id),
    # The request to make, filled but for its secrets, and when it may have begun.
    Column("request", JSON(none_as_null=True)),
    Column("request_began_at", Moment),
    # How many nodes were left so far: the number of the next row of bot_step.
    Column("step_count", Integer, nullable=False, server_default=text("0")),
    # How many flows came before it by jumps, since the customer last said something.
    Column("jump_count", SmallInteger, nullable=False, server_default=text("0")),
    # Who started it by hand; NULL: a trigger did.
    Column("user_id", _Id),
    Column("trigger", String, nullable=False, server_default=""),
    # The contact's newest consent event when the talk began, be it with another flow: a No after it counts.
    Column("consent_event_id", _Id),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_bot_session_flow_id_status", "flow_id", "status", "id"),
    Index("ix_bot_session_contact_id", "contact_id", "id"),
    # One running session per conversation, whoever starts what at the same moment.
    Index(
        "uq_bot_session_running",
        "contact_id",
        unique=True,
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    Index(
        "ix_bot_session_due",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_bot_session_message",
        "message_id",
        sqlite_where=text("message_id IS NOT NULL"),
        postgresql_where=text("message_id IS NOT NULL"),
    ),
    Index(
        "ix_bot_session_request",
        "request_began_at",
        sqlite_where=text("awaits = 'request'"),
        postgresql_where=text("awaits = 'request'"),
    ),
)
bot_step = Table(
    "bot_step",
    metadata,
    Column("session_id", _Id, ForeignKey("bot_session.id", ondelete="RESTRICT"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version_id", _Id, nullable=False),
    Column("node_id", String, nullable=False),
    # By which it was left; "": the session ended there.
    Column("exit", String, nullable=False),
    # What went wrong there, for people; "": nothing.
    Column("because", Text, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
    Index("ix_bot_step_version_id_node_id", "version_id", "node_id", "exit"),
)
bot_answer = Table(
    "bot_answer",
    metadata,
    _id(),
    _ref("session_id", "bot_session.id"),
    _ref("flow_id", "flow.id"),
    Column("node_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_bot_answer_flow_id", "flow_id", "id"),
    Index("ix_bot_answer_session_id", "session_id", "id"),
)
