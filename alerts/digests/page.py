"""The digest as one HTML page: no script, no address outside, one style block, made for two pages of A4."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from alerts.digests import chart, wording
from core.ports import WeeklyDigest

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("digest.html")


def digest_html(digest: WeeklyDigest) -> str:
    """The page. Every value is escaped; equal input gives an equal page."""
    days = [row for row in digest.trends if row["kind"] == "day"]
    sources = [row for row in digest.trends if row["kind"] == "source"]
    return _template().render(
        digest=digest,
        title=wording.title(digest),
        span=wording.span(digest),
        answered=wording.answered(digest),
        change=wording.change,
        words=wording,
        late=sum(row["tone"] == "late" for row in digest.criticism),
        bars=chart.bars(days),
        chart_words=chart.words(days),
        meters=chart.meters(sources),
    )
