"""Reading stored items again: how many went to another story."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("rereading", sa.Column("regrouped", sa.Integer(), nullable=False, server_default="0"))
