"""Sources remember the catalogue entry they were taken from; a reading can be asked to end. There is no way back but the copy made before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("source", sa.Column("catalogue_id", sa.String(length=80), nullable=True))
    op.add_column(
        "source",
        sa.Column("catalogue_values", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=True),
    )
    with op.batch_alter_table("crawl_run") as table:
        table.add_column(sa.Column("stop_asked_by", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_crawl_run_stop_asked_by_account", "account", ["stop_asked_by"], ["id"])
