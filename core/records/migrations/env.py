"""Alembic's environment: always handed an open connection by ``core.records.migrate``; there is no alembic.ini."""

from __future__ import annotations

from alembic import context

from core.records.all_tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
