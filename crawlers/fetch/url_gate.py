r"""The first gate: which addresses are asked for at all. Runs for every request and again at every redirect.

Two address parsers that disagree are a hole (urllib reads ``127.0.0.1\@example.com`` as example.com, w3lib as 127.0.0.1), so
anything they could read differently is refused.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from crawlers.failures import Failure
from crawlers.fetch.addresses import AllowedHosts, is_public_address

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LAST = re.compile(r"(?:\d+|0x[0-9a-f]*)")
_INNER_SUFFIXES = (
    ".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".private", ".home.arpa", ".localdomain", ".onion",
)  # fmt: skip
MAX_URL = 2_000


def check_url(url: str, allowed: AllowedHosts, *, bridge: bool = False) -> None:
    """Raise :class:`Failure` ``bad_url`` or ``private_address`` unless the address may be fetched.

    Only http and https, the usual port, a full domain name, no user or password; no bare IP address. ``allowed`` names the
    exceptions of demo and test; ``bridge``: this request may go to the office's own RSSHub, any other may not.
    """
    if len(url) > MAX_URL or _FORBIDDEN.search(url):
        raise Failure("bad_url", "length or forbidden character", url=url[:200])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failure("bad_url", str(error), url=url) from error
    if parts.scheme not in {"http", "https"}:
        raise Failure("bad_url", f"scheme {parts.scheme[:20]!r}", url=url)
    if "@" in parts.netloc or not parts.hostname:
        raise Failure("bad_url", "user information or no host", url=url)
    host = _host(parts.hostname, url)
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if allowed.permits(host, port) or (bridge and allowed.is_bridge(host, port)):
        return
    if allowed.is_bridge(host, port):
        raise Failure("private_address", "the office's own RSSHub", url=url)
    if port == 0 or (port not in {80, 443}):
        # A forbidden port on a private address is first of all a private address.
        code = "private_address" if _is_private_name(host) else "bad_url"
        raise Failure(code, f"port {port}", url=url)
    if _is_private_name(host):
        raise Failure("private_address", f"host {host}", url=url)
    if _looks_numeric(host):
        raise Failure("bad_url", "a bare IP address", url=url)
    if "." not in host or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise Failure("bad_url", f"host {host!r} is not a full domain name", url=url)


def _host(host: str, url: str) -> str:
    # Full-width and circled digits become plain ones, as browsers and resolvers read them.
    host = unicodedata.normalize("NFKC", unquote(host)).lower().rstrip(".")
    host = host.replace("\u3002", ".").replace("\uff0e", ".")
    if ":" in host or host.isascii():
        return host.strip("[]")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Failure("bad_url", "host cannot be written as an internet name", url=url) from error


def _looks_numeric(host: str) -> bool:
    """An IP literal in any spelling that some resolver accepts: decimal, octal, hexadecimal, short, IPv6."""
    return ":" in host or _NUMERIC_LAST.fullmatch(host.rpartition(".")[2]) is not None


def _is_private_name(host: str) -> bool:
    if host == "localhost" or host.endswith(_INNER_SUFFIXES):
        return True
    if ":" in host:
        return not is_public_address(host)
    if not _looks_numeric(host):
        return "." not in host
    numbers = _numbers(host)
    return numbers is None or not is_public_address(numbers)


def _numbers(host: str) -> str | None:
    """The dotted address an old resolver (inet_aton) would take ``host`` for; None when it would take none."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    values = []
    for part in parts:
        try:
            if part.startswith("0x"):
                values.append(int(part[2:] or "0", 16))
            elif part.startswith("0") and len(part) > 1:
                values.append(int(part, 8))
            else:
                values.append(int(part))
        except ValueError:
            return None
    if any(v > 255 for v in values[:-1]) or values[-1] >= 256 ** (5 - len(values)):
        return None
    number = values[-1]
    for position, value in enumerate(values[:-1]):
        number += value << (24 - 8 * position)
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
