"""Four past weeks through the real pipeline in under a minute: the clock jumps, sources are read, people act at their time.

Nothing is put into the database by hand: items come over HTTP from the sample press, hand-received texts through the form's service, acts
through the services with the people of the cast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from subprocess import Popen

from config.commands.reading import bring_index_up_to_date
from config.demo.evenings import QUIET_EVENINGS
from config.demo.home import DemoHome
from config.demo.play import Act, Director, Evenings
from config.rounds import Round, owner_name, ready_crawler
from config.settings import Settings
from config.wiring import make_channels
from core.clock import VIETNAM
from core.services import crawl, dispatch, sources
from core.services.desk import Desk

#: days before today on which everything is read; between them little happens, and each round costs a second or two
DAYS = (-28, -26, -24, -23, -21, -20, -19, -18, -16, -13, -11, -8, -6, -4, -2, -1)
#: the round of each past day; late enough for an evening's posts
EVENING = time(21, 45)
#: Minutes between readings once the demo is live (the least there is), and no learning: its evenings lie days apart, its news come within minutes.
EVERY = 5


class Past:
    """The past of one demo home. ``tell`` may be interrupted and called again: days that were told are not told twice."""

    def __init__(
        self, home: DemoHome, desk: Desk, settings: Settings, evenings: Evenings = QUIET_EVENINGS
    ) -> None:
        self.home = home
        self.evenings = evenings
        self.desk = desk
        self.settings = settings
        self.counts: Counter[str] = Counter()
        # The next evening's crawler loads its libraries while this evening is read and acted.
        self._ready: Popen[bytes] | None = None

    def engage_sources(self) -> None:
        """Put the outlets of the sample press into the list of sources; harmless when they are there."""
        from core.queries import exports

        known = {row.id for row in exports.sources(self.desk)}
        for row in self.home.press.sources:
            if row["id"] not in known:
                values = {key: value for key, value in row.items() if key != "locality_code"}
                source = sources.NewSource(locality=row["locality_code"], interval_minutes=EVERY, **values)
                sources.add_source(self.desk, None, source)

    def tell(self, on_day: Callable[[int, int], None] | None = None, *, until_day: int = 0) -> Counter[str]:
        """Go through the days up to ``until_day`` (0: yesterday evening), then act. Returns counts of intake outcomes."""
        director = Director(self.home, self.desk, self.evenings)
        told = int(self.home.state.get("told_until", DAYS[0] - 1))
        days = [day for day in DAYS if day < until_day]
        # An interrupted telling left its leases behind; its process is gone, and nobody else reads for this home.
        crawl.interrupt_stale(self.desk, owner_name("demo"))
        dispatch.recover(self.desk)
        for number, day in enumerate(days, start=1):
            if day <= told:
                continue
            for since in range(told + 1, day + 1):
                self._act(director.morning(since))
            self.home.clock.set(datetime.combine(self.home.today + timedelta(days=day), EVENING, VIETNAM))
            self.counts.update(self.read_everything())
            self._act(director.evening(day))
            self.send()
            self.home.save(told_until=day)
            told = day
            if on_day:
                on_day(number, len(days))
        self._let_go()
        bring_index_up_to_date(self.desk)
        return self.counts

    def _let_go(self) -> None:
        """End the crawler that no evening needs any more: without jobs it ends by itself."""
        if self._ready is not None:
            self._ready.communicate()
            self._ready = None

    def send(self) -> None:
        """Send what was approved and queued, as the scheduler does."""
        channels = make_channels(self.settings)
        for number, channel, message in dispatch.take_due(self.desk, owner_name("demo"), 20, tuple(channels)):
            dispatch.record(self.desk, number, channels[channel].send(message))

    def _act(self, acts: Iterable[Act]) -> None:
        for moment, act in acts:
            self.home.clock.set(moment)
            act()

    def read_everything(self) -> Counter[str]:
        """One round over all sources, whatever their interval."""
        from core.queries import exports

        owner = owner_name("demo")
        wanted = [row.id for row in exports.sources(self.desk) if row.enabled]
        jobs = crawl.lease(self.desk, owner, wanted, minutes=5)
        ready, self._ready = self._ready, ready_crawler(self.settings)
        report = Round(self.desk, self.settings, owner, ready=ready).run(jobs)
        counts: Counter[str] = Counter()
        for counter in report.counts.values():
            counts.update(counter)
        bring_index_up_to_date(self.desk)
        return counts
