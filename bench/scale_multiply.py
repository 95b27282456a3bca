"""Older items of a bench store out of its newest ones, inside SQLite: a million rows in a minute, not in ten.

Each stretch is the newest one again, so many days earlier, with ids, addresses and hashes of its own; what is older than 30 days and about
the commune is tagged. Nothing of it is a copy of anything for the product: no two share a hash or a band key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.services.desk import Desk

_HASH = "lower(hex(randomblob(32)))"
_MOMENTS = ("first_seen_at", "last_seen_at", "published_at")


def multiply(desk: Desk, office: int, *, last: int, made: int, a_day: int, of_a_story: int) -> None:
    """Fill the ids below the newest ``made`` items, which end with the id ``last`` (both whole stories), down to 1."""
    for turn in range(1, -(-last // made)):
        back = turn * made
        with desk.store.write() as session:
            connection = session.connection()
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            days = back / a_day
            stories = (last - made) // of_a_story, back // of_a_story
            items = last - made, back
            _again(connection, "story", "id", *stories, days)
            _again(
                connection, "item", "id", *items, days, story_id=f"story_id - {stories[1]}", url=f"url || '-{turn}'",
                canonical_url=f"canonical_url || '-{turn}'", url_sha256=_HASH, content_sha256=_HASH, body_hash=_HASH,
            )  # fmt: skip
            _again(connection, "mention", "item_id", *items, days)
            _again(connection, "story_locality", "story_id", *stories, days)
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO story_office (story_id, unit_id, tag, tagged_at, version)"
                " SELECT story.id, ?, 'watch', story.last_seen_at, 1 FROM story_locality JOIN story ON story.id = story_id"
                " WHERE story_id <= ? AND story.last_seen_at <"
                " (SELECT strftime('%Y-%m-%d %H:%M:%f', max(last_seen_at), '-30 days') FROM story)",
                (office, stories[0]),
            )


def _again(
    connection: Connection, table: str, key: str, above: int, back: int, days: float, **others: str
) -> None:
    """The rows of a table whose key is over ``above``, with keys ``back`` lower and moments ``days`` earlier."""
    columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
    values = {column: f'"{column}"' for column in columns} | {key: f"{key} - {back}"} | others
    for moment in _MOMENTS:
        if moment in values:
            values[moment] = (
                f"strftime('%Y-%m-%d %H:%M:%f', {moment}, '-{days * 86400:.0f} seconds') || '000'"
            )
    names = ", ".join(f'"{column}"' for column in columns)
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM {table} WHERE {key} > {above} AND {key} > {back}"  # noqa: S608 (names and numbers of this module)
    )
