"""Stories merged and split by people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "story_grouping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("item_ids", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("claim_ids", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_story_grouping_account_id_account")
        ),
        sa.ForeignKeyConstraint(["other_id"], ["story.id"], name=op.f("fk_story_grouping_other_id_story")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_grouping_story_id_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_grouping")),
    )
    op.create_index(op.f("ix_story_grouping_other_id"), "story_grouping", ["other_id"], unique=False)
    op.create_index(op.f("ix_story_grouping_story_id"), "story_grouping", ["story_id"], unique=False)
