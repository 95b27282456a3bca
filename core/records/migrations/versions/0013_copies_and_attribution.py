"""Figures of items, which tell copies from bulletins; whom a text names as its origin."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column(
        "item", sa.Column("figures", sa.LargeBinary(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "item",
        sa.Column("attributed_to", sa.String(length=120), server_default=sa.text("''"), nullable=False),
    )
