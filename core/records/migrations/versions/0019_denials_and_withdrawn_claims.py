"""Claims: a denial is told from a repetition, an answer knows its office, a claim opened by mistake is withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    with op.batch_alter_table("claim_suggestion") as table:
        table.add_column(sa.Column("answered_unit_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("joined_incident_id", sa.Integer(), nullable=True))
        table.create_foreign_key(
            "fk_claim_suggestion_answered_unit_id_unit", "unit", ["answered_unit_id"], ["id"]
        )
        table.create_foreign_key(
            "fk_claim_suggestion_joined_incident_id_incident", "incident", ["joined_incident_id"], ["id"]
        )
    with op.batch_alter_table("claim") as table:
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("withdrawn_by", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default=sa.text("''"))
        )
        table.create_foreign_key("fk_claim_withdrawn_by_account", "account", ["withdrawn_by"], ["id"])
    op.execute(_OFFICES)
    _joined()


#: answers of before belong to the office of the person who gave them
_OFFICES = (
    "UPDATE claim_suggestion SET answered_unit_id ="
    " (SELECT account.unit_id FROM account WHERE account.id = claim_suggestion.answered_by) WHERE answer <> ''"
)


def _joined() -> None:
    """Which incident a "yes" put a story into stands in the audit log."""
    log = sa.table(
        "audit",
        sa.column("id", sa.Integer()),
        sa.column("act", sa.String()),
        sa.column("refused", sa.Boolean()),
        sa.column("object_id", sa.String()),
        sa.column("detail", sa.JSON()),
    )
    suggestion = sa.table(
        "claim_suggestion",
        sa.column("item_id", sa.Integer()),
        sa.column("claim_id", sa.Integer()),
        sa.column("answer", sa.String()),
        sa.column("joined_incident_id", sa.Integer()),
    )
    item = sa.table("item", sa.column("id", sa.Integer()), sa.column("story_id", sa.Integer()))
    bind = op.get_bind()
    rows = bind.execute(
        sa.select(log.c.object_id, log.c.detail)
        .where(log.c.act == "story.known_claim", log.c.refused.is_(False))
        .order_by(log.c.id)
    ).all()
    for object_id, detail in rows:
        if detail.get("incident") is not None:
            bind.execute(
                sa.update(suggestion)
                .where(
                    suggestion.c.claim_id == detail["claim"],
                    suggestion.c.answer == "right",
                    suggestion.c.item_id.in_(sa.select(item.c.id).where(item.c.story_id == int(object_id))),
                )
                .values(joined_incident_id=detail["incident"])
            )
