"""Contacts that were merged, and the number that a supervisor saw on the button."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("contact", recreate="always" if _on_sqlite() else "never") as contact:
        contact.add_column(sa.Column("merged_into", big))
    op.add_column("broadcast", sa.Column("approved_count", sa.Integer()))


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
