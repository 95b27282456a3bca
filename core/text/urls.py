"""One address for one page: the canonical form under which an item is known. The raw address is kept beside it.

RFC 3986 §6.2 (case, default port, dot segments, percent-encoding) plus the trackers that Vietnamese and world networks append.
Nothing is sorted and no parameter with a meaning is dropped.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_TRACKERS = frozenset(
    (
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ttclid",
        "twclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mibextid",
        "zarsrc",
        "gidzl",
        "zanpid",
        "_ga",
        "_gl",
        "fb_action_ids",
        "fb_action_types",
        "fb_source",
        "fb_ref",
        "ref_src",
        "ref_url",
        "vn_source",
        "vn_campaign",
        "vn_medium",
        "vn_term",
        "wt_mc",
        "wtmc",
        "cmpid",
        "ocid",
        "s_kwcid",
        "__twitter_impression",
    )
)
_TRACKER_PREFIXES = ("utm_", "zalo_", "pk_", "mtm_", "hsa_", "_hs")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PERCENT = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_JUNK = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?|\[[0-9a-f:.]+\]"
)


def canonical_url(url: str) -> str:
    """The canonical form of an http or https address. Idempotent.

    Drops fragment, user and password, default port, trackers (utm_*, fbclid, zarsrc, gidzl, zalo_* …) and dot segments; lower-cases
    the host and writes it as IDNA. Raises ValueError (with a sentence) for anything that is not a web address.
    """
    text = url.strip()
    if len(text) > 8000:
        raise ValueError("the address is longer than 8,000 characters")
    text = _JUNK.sub(
        lambda m: "%20" if m.group() in " \xa0" else "", text.encode("utf-8", "replace").decode()
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not a web address: {error}") from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError("not a web address: it must begin with http:// or https://")
    host = _idna(parts.hostname or "")
    netloc = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    path = _dots(_percent(parts.path, "/:@!$&'()*+,;=")) or "/"
    query = "&".join(
        pair
        for pair in _percent(parts.query, "/:@!$&'()*+,;=?").split("&")
        if pair and not _is_tracker(pair.partition("=")[0])
    )
    return f"{scheme}://{netloc}{path}" + (f"?{query}" if query else "")


def host_of(url: str) -> str:
    """The host of an address in lower case, without port; empty when there is none. Never raises."""
    try:
        return (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_tracker(name: str) -> bool:
    name = name.lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)


def _idna(host: str) -> str:
    host = host.rstrip(".").lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii").lower()
        except UnicodeError:
            raise ValueError(f"the host name {host!r} cannot be written as an internet name") from None
    if ":" in host:
        host = f"[{host}]"
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise ValueError("not a web address: the host name is missing or wrong")
    return host


def _percent(part: str, safe: str) -> str:
    """Upper-case percent codes, decode the needless ones, encode what must be."""

    def tidy(found: re.Match[str]) -> str:
        char = chr(int(found.group(1), 16))
        return char if char in _UNRESERVED else found.group().upper()

    # Decoding may bring a new code to light (%2541 stays: its % is not unreserved), so one pass is enough.
    return quote(_PERCENT.sub(tidy, re.sub("%(?![0-9A-Fa-f]{2})", "%25", part)), safe=safe + "%")


def _dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    out: list[str] = []
    segments = path.split("/")
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment == "..":
            if len(out) > 1:
                out.pop()
            if last:
                out.append("")
        elif segment == ".":
            if last:
                out.append("")
        else:
            out.append(segment)
    return "/".join(out)
