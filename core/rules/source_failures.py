"""Which failures of a source pass by themselves and which need a person. Pure.

Media Cloud counts temporary faults apart from lasting ones and stops a feed only after many (features.md §2): "a surprising
number of feeds come back". A soft failure is tried again quietly; a hard one asks for a person, and after several in a row
the source is taken off the schedule but for a daily probe.
"""

from __future__ import annotations

#: hard failures in a row after which only the daily probe reads the source
STOP_AFTER = 5

#: codes of crawlers.failures that say: the other side, or the way there, is in trouble just now
SOFT = frozenset(
    {
        "timeout",
        "dns",
        "unreachable",
        "refused_connection",
        "connection_lost",
        "incomplete",
        "bad_encoding",
        "http_408",
        "http_425",
        "http_429",
        "robots_unreachable",
        "all_pages_failed",
        "round_timeout",
        "interrupted",
        "captures_unwritable",
        "crawler_died",
        "internal",
        "",
    }
)

#: soft codes that say nothing of the source when the machine itself has no network
NETWORK = frozenset(
    {"dns", "unreachable", "refused_connection", "connection_lost", "timeout", "robots_unreachable"}
)


def is_hard(code: str) -> bool:
    """Whether a person must mend it. Only what is known to pass by itself is soft; a code nobody listed is hard."""
    return code not in SOFT and not code.startswith("http_5")


def sentences(text: str) -> tuple[str, str]:
    """What happened (the first sentence, without its full stop) and what to do (the rest) of a failure's text."""
    first, _, rest = text.strip().partition(". ")
    return first.rstrip("."), rest.strip()
