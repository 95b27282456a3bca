"""Administrators of all offices: those that the command line made so. There is no way back but the copy that was made before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision. Administrators whom ``lamro init`` or ``lamro users add`` made, by the audit log, keep every office."""
    op.add_column(
        "account", sa.Column("all_offices", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute(
        """
        UPDATE account SET all_offices = true WHERE CAST(id AS VARCHAR(80)) IN (
            SELECT object_id FROM audit WHERE act = 'account.create' AND account_id IS NULL AND refused = false
        ) AND id IN (SELECT account_id FROM account_role WHERE role = 'administrator')
        """
    )
