"""Rules of offices about names of their localities, and runs of twenty judged hits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "place_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locality", sa.String(length=12), nullable=False),
        sa.Column("admits", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("context", sa.String(length=300), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_down_to", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_place_rule_account_id_account")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_place_rule_undone_by_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_place_rule_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_rule")),
    )
    op.create_index(op.f("ix_place_rule_locality"), "place_rule", ["locality"], unique=False)
    op.create_table(
        "place_rule_touch",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["place_rule.id"], name=op.f("fk_place_rule_touch_rule_id_place_rule")
        ),
        sa.PrimaryKeyConstraint("rule_id", "item_id", name=op.f("pk_place_rule_touch")),
    )
    op.create_index("ix_place_rule_touch_item_id", "place_rule_touch", ["item_id"], unique=False)
    op.create_table(
        "calibration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locality", sa.String(length=12), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stock", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_calibration_account_id_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_calibration_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibration")),
    )
    op.create_index("ix_calibration_locality_unit_id", "calibration", ["locality", "unit_id"], unique=False)
    op.create_table(
        "calibration_hit",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("band", sa.String(length=32), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_calibration_hit_answered_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibration.id"], name=op.f("fk_calibration_hit_calibration_id_calibration")
        ),
        sa.PrimaryKeyConstraint("calibration_id", "number", name=op.f("pk_calibration_hit")),
    )
