"""What a capture says of its fetch, tombstones of purged ones, watched pages and their visits. There is no way back but the copy that was made before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "watch",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page_sha256", sa.String(length=64), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_watch_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_watch")),
    )
    op.create_index(op.f("ix_watch_next_at"), "watch", ["next_at"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("final_url", sa.String(length=2000), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_visit_capture_id_capture")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_visit_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_item_id"), "visit", ["item_id"], unique=False)

    op.add_column(
        "capture",
        sa.Column("file_sha256", sa.String(length=64), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("capture", sa.Column("headers", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=True))
    op.add_column(
        "capture", sa.Column("tls_sha256", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("capture", sa.Column("clock_offset", sa.Integer(), nullable=True))
    op.add_column("capture", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "capture",
        sa.Column("purge_reason", sa.String(length=300), server_default=sa.text("''"), nullable=False),
    )

    op.add_column(
        "item_version", sa.Column("origin", sa.String(length=32), server_default="source", nullable=False)
    )
