"""Sequences with their versions and enrolments, what a report counts by, and what was said on the wire."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _sequences()
    _enrolments()
    _messages()
    for column in (
        sa.Column("request", sa.Text()),
        sa.Column("http_status", sa.SmallInteger()),
        sa.Column("answer", sa.Text()),
    ):
        op.add_column("attempt", column)
    _index("contact", "ix_contact_updated_at", ["updated_at", "id", "merged_into"], "merged_into IS NULL")
    _index("consent_event", "ix_consent_event_said_no", ["at", "contact_id"], "value IN ('no', 'stop')")


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _index(table: str, name: str, columns: list[str], only: str, *, unique: bool = False) -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(only), "postgresql_where": sa.text(only)}
    op.create_index(name, table, columns, unique=unique, **where)


def _sequences() -> None:
    op.create_table(
        "sequence",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("held_because", sa.Text(), nullable=False, server_default=""),
        sa.Column("draft", sa.JSON()),
        sa.Column("version_id", _id()),
        sa.Column("created_by", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", sa.BigInteger()),
        sa.Column("looked_to", sa.BigInteger()),
        sa.Column("enrolled_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("enrolled_checksum", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.create_table(
        "sequence_version",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("sequence_id", _id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _refers("sequence_version", "sequence_id", "sequence.id"),
    )
    op.create_index(
        "uq_sequence_version_sequence_id_number", "sequence_version", ["sequence_id", "number"], unique=True
    )


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="RESTRICT")


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("sequence_id", _id(), nullable=False),
        sa.Column("version_id", _id(), nullable=False),
        sa.Column("contact_id", _id(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("step_number", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("message_id", _id()),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("user_id", _id()),
        sa.Column("trigger_at", sa.BigInteger()),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_because", sa.Text(), nullable=False, server_default=""),
        _refers("enrolment", "sequence_id", "sequence.id"),
        _refers("enrolment", "version_id", "sequence_version.id"),
        _refers("enrolment", "contact_id", "contact.id"),
    )
    op.create_index("ix_enrolment_sequence_id_contact_id", "enrolment", ["sequence_id", "contact_id", "id"])
    op.create_index("ix_enrolment_sequence_id_status", "enrolment", ["sequence_id", "status", "id"])
    op.create_index("ix_enrolment_contact_id", "enrolment", ["contact_id"])
    _index("enrolment", "ix_enrolment_due", ["sequence_id", "due_at", "id"], "due_at IS NOT NULL")
    _index("enrolment", "ix_enrolment_waiting", ["message_id"], "message_id IS NOT NULL")
    _index("enrolment", "ix_enrolment_following", ["version_id"], "status = 'in_progress'")
    _index(
        "enrolment",
        "uq_enrolment_running",
        ["sequence_id", "contact_id"],
        "status = 'in_progress'",
        unique=True,
    )
    op.create_table(
        "enrolment_step",
        sa.Column("enrolment_id", _id(), primary_key=True),
        sa.Column("step_number", sa.SmallInteger(), primary_key=True),
        sa.Column("ended_as", sa.String(), nullable=False),
        sa.Column("message_id", _id()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _refers("enrolment_step", "enrolment_id", "enrolment.id"),
    )


def _messages() -> None:
    for column in (
        sa.Column("enrolment_id", _id()),
        sa.Column("version_id", _id()),
        sa.Column("step_number", sa.SmallInteger()),
    ):
        op.add_column("message", column)
    _index(
        "message",
        "uq_message_enrolment_step",
        ["enrolment_id", "step_number"],
        "enrolment_id IS NOT NULL",
        unique=True,
    )
    _index(
        "message",
        "ix_message_version_id_step",
        ["version_id", "step_number", "status", "reason", "error_code", "id"],
        "version_id IS NOT NULL",
    )
    _index(
        "message",
        "ix_message_report",
        [
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
        ],
        "outgoing",
    )
