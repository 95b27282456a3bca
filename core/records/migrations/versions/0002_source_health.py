"""Health of sources: soft and hard failures apart, learned rhythm, alerts and the notices to staff about them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision. Columns are only added: SQLite would have to build the table anew for anything else."""
    columns: list[sa.Column[Any]] = [
        sa.Column("interval_fixed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("poll_least_minutes", sa.Integer(), nullable=False, server_default="15"),
        sa.Column("poll_most_minutes", sa.Integer(), nullable=False, server_default="360"),
        sa.Column("own_portal", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("last_code", sa.String(length=40), nullable=False, server_default=sa.text("''")),
        sa.Column("hard_failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("empties", sa.Integer(), nullable=False, server_default="0"),
    ]
    moments = ("last_fresh_at", "failing_since", "stopped_at", "off_since")
    columns += [
        sa.Column("expected_hours", sa.Integer(), nullable=True),
        sa.Column("arrivals", sa.JSON().with_variant(sa.JSON(), "sqlite"), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in moments),
    ]
    for column in columns:
        op.add_column("source", column)
    op.create_table(
        "source_alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=80), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vi", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("advice_vi", sa.Text(), nullable=False),
        sa.Column("advice_en", sa.Text(), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_opened", sa.Boolean(), nullable=False),
        sa.Column("told_closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_alert_source_id_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_alert")),
    )
    for name in ("source_id", "opened_at", "closed_at"):
        op.create_index(op.f(f"ix_source_alert_{name}"), "source_alert", [name])
    op.create_table(
        "staff_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_staff_notice_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notice")),
        sa.UniqueConstraint("message_id", name=op.f("uq_staff_notice_message_id")),
    )
    op.create_index(op.f("ix_staff_notice_state"), "staff_notice", ["state"])
