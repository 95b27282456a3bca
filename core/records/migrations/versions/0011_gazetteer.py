"""Gazetteer: units with dates, links from old to new, further names of localities. There is no way back but the copy that was made before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "gazetteer_unit",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("shipped", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=True),
        sa.Column("kept", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_gazetteer_unit_changed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_unit")),
    )
    with op.batch_alter_table("gazetteer_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gazetteer_unit_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_gazetteer_unit_folded"), ["folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_gazetteer_unit_parent"), ["parent"], unique=False)

    op.create_table(
        "gazetteer_link",
        sa.Column("old_id", sa.String(length=20), nullable=False),
        sa.Column("new_id", sa.String(length=20), nullable=False),
        sa.Column("nature", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_gazetteer_link_changed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["new_id"], ["gazetteer_unit.id"], name=op.f("fk_gazetteer_link_new_id_gazetteer_unit")
        ),
        sa.ForeignKeyConstraint(
            ["old_id"], ["gazetteer_unit.id"], name=op.f("fk_gazetteer_link_old_id_gazetteer_unit")
        ),
        sa.PrimaryKeyConstraint("old_id", "new_id", name=op.f("pk_gazetteer_link")),
    )
    with op.batch_alter_table("gazetteer_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gazetteer_link_new_id"), ["new_id"], unique=False)

    op.create_table(
        "gazetteer_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=20), nullable=False),
        sa.Column("nature", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("shipped_key", sa.String(length=300), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["account.id"], name=op.f("fk_gazetteer_name_added_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_gazetteer_name_changed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["gazetteer_unit.id"], name=op.f("fk_gazetteer_name_unit_id_gazetteer_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_name")),
    )
    with op.batch_alter_table("gazetteer_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gazetteer_name_folded"), ["folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_gazetteer_name_shipped_key"), ["shipped_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_gazetteer_name_unit_id"), ["unit_id"], unique=False)
