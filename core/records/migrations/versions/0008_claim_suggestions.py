"""Suggestions: items that are like a judged claim, with people's answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "claim_suggestion",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("stance", sa.String(length=32), nullable=False),
        sa.Column("details", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_claim_suggestion_answered_by_account")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_suggestion_claim_id_claim")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_claim_suggestion_item_id_item")),
        sa.PrimaryKeyConstraint("item_id", "claim_id", name=op.f("pk_claim_suggestion")),
    )
    op.create_index(op.f("ix_claim_suggestion_claim_id"), "claim_suggestion", ["claim_id"], unique=False)
