"""Each office judges for itself: tags and incidents of stories move from the story to a row an office; tag events name their office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "story_office",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("tagged_by", sa.Integer(), nullable=True),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_story_office_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_office_story_id_story")),
        sa.ForeignKeyConstraint(
            ["tagged_by"], ["account.id"], name=op.f("fk_story_office_tagged_by_account")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_story_office_unit_id_unit")),
        sa.PrimaryKeyConstraint("story_id", "unit_id", name=op.f("pk_story_office")),
    )
    op.create_index("ix_story_office_unit_id_tag", "story_office", ["unit_id", "tag", "story_id"])
    op.create_index(op.f("ix_story_office_incident_id"), "story_office", ["incident_id"])
    op.add_column("tag_event", sa.Column("unit_id", sa.Integer(), nullable=True))
    for statement in (_EVENTS, _BEFORE, _SAID, _STANDS, _INCIDENTS):
        op.execute(statement)
    _groupings()
    with op.batch_alter_table("tag_event") as table:
        table.alter_column("unit_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key("fk_tag_event_unit_id_unit", "unit", ["unit_id"], ["id"])
    with op.batch_alter_table("story") as table:
        table.drop_index("ix_story_tag")
        table.drop_index("ix_story_incident_id")
        for name in ("tag", "tagged_by", "tagged_at", "incident_id"):
            table.drop_column(name)


#: an event belongs to the office of the person who gave it, and follows that office's own event before it
_EVENTS = "UPDATE tag_event SET unit_id = (SELECT account.unit_id FROM account WHERE account.id = tag_event.account_id)"
_BEFORE = (
    'UPDATE tag_event SET "before" = coalesce((SELECT last.tag FROM tag_event AS last WHERE last.story_id = tag_event.story_id'
    " AND last.unit_id = tag_event.unit_id AND last.id < tag_event.id AND last.undone_at IS NULL ORDER BY last.id DESC LIMIT 1), '')"
    " WHERE story_id IN (SELECT story_id FROM tag_event GROUP BY story_id HAVING count(DISTINCT unit_id) > 1)"
)
#: what each office said last, also where another one's tag stood over it
_SAID = (
    "INSERT INTO story_office (story_id, unit_id, tag, tagged_by, tagged_at, version)"
    " SELECT story_id, unit_id, tag, account_id, at, 1 FROM tag_event"
    " WHERE id IN (SELECT max(id) FROM tag_event WHERE undone_at IS NULL GROUP BY story_id, unit_id)"
)
#: what stands on the story: a merge gives a tag without an event
_STANDS = (
    "INSERT INTO story_office (story_id, unit_id, tag, tagged_by, tagged_at, version)"
    " SELECT story.id, account.unit_id, story.tag, story.tagged_by, story.tagged_at, 1"
    " FROM story JOIN account ON account.id = story.tagged_by WHERE story.tag <> ''"
    " ON CONFLICT (story_id, unit_id) DO UPDATE"
    " SET tag = excluded.tag, tagged_by = excluded.tagged_by, tagged_at = excluded.tagged_at"
)
_INCIDENTS = (
    "INSERT INTO story_office (story_id, unit_id, tag, incident_id, version)"
    " SELECT story.id, incident.unit_id, '', story.incident_id, 1"
    " FROM story JOIN incident ON incident.id = story.incident_id WHERE true"
    " ON CONFLICT (story_id, unit_id) DO UPDATE SET incident_id = excluded.incident_id"
)


def _groupings() -> None:
    """What a merge is taken back to, by office: the tag of the office that merged, the incident of its own office."""
    grouping = sa.table(
        "story_grouping",
        sa.column("id", sa.Integer),
        sa.column("account_id", sa.Integer),
        sa.column("before", sa.JSON),
    )
    account = sa.table("account", sa.column("id", sa.Integer), sa.column("unit_id", sa.Integer))
    incident = sa.table("incident", sa.column("id", sa.Integer), sa.column("unit_id", sa.Integer))
    connection = op.get_bind()
    offices = dict(connection.execute(sa.select(incident.c.id, incident.c.unit_id)).all())
    rows = connection.execute(
        sa.select(grouping.c.id, grouping.c.before, account.c.unit_id).join(
            account, account.c.id == grouping.c.account_id
        )
    ).all()
    for row in rows:
        tag, number = row.before.get("tag", ""), row.before.get("incident_id")
        before: dict[str, dict[str, object]] = {}
        if tag:
            before[str(row.unit_id)] = {"tag": tag, "incident_id": None}
        if number is not None:
            before.setdefault(str(offices[number]), {"tag": ""})["incident_id"] = number
        connection.execute(sa.update(grouping).where(grouping.c.id == row.id).values(before=before))
