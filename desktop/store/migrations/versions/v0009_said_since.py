"""Bots: which answer about marketing was the newest when a session began, so that a No said in it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "bot_session", sa.Column("consent_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
    )
    op.execute(
        "UPDATE bot_session SET consent_event_id = (SELECT max(event.id) FROM consent_event AS event "
        "WHERE event.contact_id = bot_session.contact_id AND event.at <= bot_session.started_at)"
    )
