"""Weights of the need score and blind samples; words that the office adds to the glossary; re-reading after a corrected name."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "glossary_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("term", sa.String(length=120), nullable=False),
        sa.Column("gloss", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_glossary_term_changed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_glossary_term")),
        sa.UniqueConstraint("language", "key", name=op.f("uq_glossary_term_language")),
    )
    op.create_table(
        "need_weights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("weights", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("trial", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["applied_by"], ["account.id"], name=op.f("fk_need_weights_applied_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["account.id"], name=op.f("fk_need_weights_undone_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_weights")),
    )
    op.create_table(
        "rereading",
        sa.Column("locality", sa.String(length=12), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("down_to", sa.Integer(), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_rereading_asked_by_account")),
        sa.PrimaryKeyConstraint("locality", name=op.f("pk_rereading")),
    )
    op.create_table(
        "blind_sample",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("need", sa.Double(), nullable=False),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_blind_sample_answered_by_account")
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_blind_sample_story_id_story")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_blind_sample_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "week", "number", name=op.f("pk_blind_sample")),
    )
    with op.batch_alter_table("blind_sample", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blind_sample_story_id"), ["story_id"], unique=False)
    _unglossed()


#: what stood behind a sentence of a gist before words were glossed in reading: " [dyke: đê; commune: xã]"
_GLOSSES = re.compile(r" \[[^\[\]]*: [^\[\]]*\]$", re.MULTILINE)


def _unglossed() -> None:
    """Stored gists keep their sentences alone."""
    item = sa.table("item", sa.column("id", sa.Integer), sa.column("gist", sa.Text))
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.select(item.c.id, item.c.gist)
            .where(item.c.id > last, item.c.gist != "")
            .order_by(item.c.id)
            .limit(500)
        ).all()
        if not rows:
            return
        for row in rows:
            plain = _GLOSSES.sub("", row.gist)
            if plain != row.gist:
                connection.execute(sa.update(item).where(item.c.id == row.id).values(gist=plain))
        last = rows[-1].id
