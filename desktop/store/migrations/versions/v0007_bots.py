"""Bots: flows with their versions, sessions with what they passed and what was answered, and whose a message is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("message", sa.Column("session_id", _id()))
    op.add_column("message", sa.Column("node_id", sa.String()))
    _partial("ix_message_session", "message", ["session_id", "id"], "session_id IS NOT NULL")
    _flows()
    _sessions()
    op.create_table(
        "bot_step",
        _of("bot_step", "session_id", "bot_session.id", primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("version_id", _id(), nullable=False),
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("exit", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_bot_step_version_id_node_id", "bot_step", ["version_id", "node_id", "exit"])
    op.create_table(
        "bot_answer",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        _of("bot_answer", "session_id", "bot_session.id"),
        _of("bot_answer", "flow_id", "flow.id"),
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_bot_answer_flow_id", "bot_answer", ["flow_id", "id"])
    op.create_index("ix_bot_answer_session_id", "bot_answer", ["session_id", "id"])


def _flows() -> None:
    op.create_table(
        "flow",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True)),
        sa.Column("version_id", _id()),
        sa.Column("created_by", _id()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "flow_version",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        _of("flow_version", "flow_id", "flow.id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("user_id", _id()),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("uq_flow_version_flow_id_number", "flow_version", ["flow_id", "number"], unique=True)


def _sessions() -> None:
    op.create_table(
        "bot_session",
        sa.Column("id", _id(), primary_key=True, autoincrement=True),
        _of("bot_session", "flow_id", "flow.id"),
        _of("bot_session", "version_id", "flow_version.id"),
        _of("bot_session", "contact_id", "contact.id"),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False, server_default=""),
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("awaits", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False, server_default=""),
        sa.Column("said_at", sa.BigInteger()),
        sa.Column("try_count", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("hop_count", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("message_id", _id()),
        sa.Column("request", sa.JSON(none_as_null=True)),
        sa.Column("request_began_at", sa.BigInteger()),
        sa.Column("step_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("jump_count", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("user_id", _id()),
        sa.Column("trigger", sa.String(), nullable=False, server_default=""),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
    )
    op.create_index("ix_bot_session_flow_id_status", "bot_session", ["flow_id", "status", "id"])
    op.create_index("ix_bot_session_contact_id", "bot_session", ["contact_id", "id"])
    _partial("uq_bot_session_running", "bot_session", ["contact_id"], "status = 'running'", unique=True)
    _partial("ix_bot_session_due", "bot_session", ["due_at"], "due_at IS NOT NULL")
    _partial("ix_bot_session_message", "bot_session", ["message_id"], "message_id IS NOT NULL")
    _partial("ix_bot_session_request", "bot_session", ["request_began_at"], "awaits = 'request'")


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)


def _of(table: str, name: str, target: str, *, primary_key: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target, ondelete="RESTRICT", name=f"fk_{table}_{name}")
    return sa.Column(name, _id(), key, nullable=False, primary_key=primary_key)


def _id() -> sa.BigInteger:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
