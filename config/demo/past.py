"""Four past weeks through the real pipeline in under a minute: the clock jumps, sources are read, people act at their time.

Nothing is put into the database by hand: items come over HTTP from the sample press, hand-received texts through the form's service, acts
through the services with the people of the cast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

from config.commands.reading import bring_index_up_to_date
from config.demo.home import DemoHome
from config.demo.play import Director
from config.rounds import Round, owner_name
from config.settings import Settings
from core.clock import VIETNAM
from core.services import crawl
from core.services.desk import Desk

DAYS = 28
#: the round of each past day; late enough for an evening's posts
EVENING = time(21, 45)


class Past:
    """The past of one demo home. ``tell`` may be interrupted and called again: days that were told are not told twice."""

    def __init__(self, home: DemoHome, desk: Desk, settings: Settings) -> None:
        self.home = home
        self.desk = desk
        self.settings = settings
        self.counts: Counter[str] = Counter()

    def engage_sources(self) -> None:
        """Put the outlets of the sample press into the list of sources; harmless when they are there."""
        from core.queries import exports

        assert self.home.press is not None  # a past is only told by a home with a press
        known = {row.id for row in exports.sources(self.desk)}
        for row in self.home.press.sources:
            if row["id"] not in known:
                values = {key: value for key, value in row.items() if key != "locality_code"}
                source = crawl.NewSource(locality=row["locality_code"], interval_minutes=60, **values)
                crawl.add_source(self.desk, None, source)

    def tell(self, on_day: Callable[[int, int], None] | None = None, *, until_day: int = 0) -> Counter[str]:
        """Go through the days up to ``until_day`` (0: yesterday evening), then act. Returns counts of intake outcomes."""
        director = Director(self.home, self.desk)
        first = int(self.home.state.get("told_until", -DAYS - 1)) + 1
        for day in range(first, until_day):
            evening = datetime.combine(self.home.today + timedelta(days=day), EVENING, VIETNAM)
            for moment, act in director.morning(day):
                self.home.clock.set(moment)
                act()
            self.home.clock.set(evening)
            self.counts.update(self.read_everything())
            for moment, act in director.evening(day):
                self.home.clock.set(moment)
                act()
            self.home.save(told_until=day)
            if on_day:
                on_day(day + DAYS + 1, DAYS + until_day)
        bring_index_up_to_date(self.desk)
        return self.counts

    def read_everything(self) -> Counter[str]:
        """One round over all sources, whatever their interval."""
        from core.queries import exports

        owner = owner_name("demo")
        wanted = [row.id for row in exports.sources(self.desk) if row.enabled]
        jobs = crawl.lease(self.desk, owner, wanted, minutes=5)
        report = Round(self.desk, self.settings, owner).run(jobs)
        counts: Counter[str] = Counter()
        for counter in report.counts.values():
            counts.update(counter)
        bring_index_up_to_date(self.desk)
        return counts
