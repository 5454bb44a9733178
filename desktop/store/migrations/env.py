"""Alembic's entry: it runs on the connection that the store opened and hands over."""

from alembic import context

from desktop.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
