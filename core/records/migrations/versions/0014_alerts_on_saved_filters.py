"""Alerts on saved filters: whether new matches are told, and what was told last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("saved_filter", sa.Column("alert", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("saved_filter", sa.Column("seen_id", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("saved_filter", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("saved_filter", sa.Column("told_items", sa.Integer(), nullable=False, server_default="0"))
