"""Lists of sources as files: OPML in and out (what feed readers exchange), YAML in (what people write by hand).

A file comes from anybody, so it is bounded in size, depth and number before it is read, declares no entities, and one bad entry
never stops the next: each is either a source or the sentence why not, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.entities import name2codepoint
from typing import Any
from urllib.parse import urlsplit

import yaml

from core.errors import Invalid
from core.services.sources import NewSource
from core.text.normalise import clean
from core.text.urls import canonical_url
from core.text.yaml_text import read_yaml

#: more than this in one file is a mistake, not a list of sources (reliability.md §4 row 67)
MOST = 2000
MOST_BYTES = 5_000_000
DEEPEST = 40
LONGEST_TAG = 20_000
#: our own attributes in an OPML outline, so that a list of ours comes back whole
NAMESPACE = "https://lam-ro.example/opml"
_OWN = (
    "id",
    "kind",
    "country",
    "domestic",
    "social",
    "reach_tier",
    "locality",
    "interval_minutes",
    "interval_fixed",
    "expected_hours",
    "own_portal",
    "enabled",
)
_NUMBERS = ("reach_tier", "interval_minutes", "expected_hours")
_YES_NO = ("domestic", "social", "enabled", "interval_fixed", "own_portal")
_FIELDS = frozenset({*_OWN, "name", "url", "language", "rules"})
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_AMPERSAND = re.compile(rb"&(?!(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_XML_OWN = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a file: the source, or why not in both languages. ``line`` counts from 1; entries of a YAML list count as lines."""

    line: int
    source: NewSource | None
    vi: str = ""
    en: str = ""


def read(data: bytes, name: str) -> list[Listed]:
    """The entries of an OPML or YAML file called ``name``. Raises :class:`Invalid` when the file as a whole cannot be taken."""
    if len(data) > MOST_BYTES:
        raise Invalid(
            f"{name} quá lớn ({len(data) / 1_000_000:.1f} MB, tối đa {MOST_BYTES // 1_000_000} MB). Chia tệp rồi nhập lại.",
            f"{name} is too large ({len(data) / 1_000_000:.1f} MB, at most {MOST_BYTES // 1_000_000} MB).",
        )
    if not data.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise Invalid(f"{name} là tệp trống.", f"{name} is empty.")
    xml = data.lstrip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe")[:1] == b"<"
    listed: list[Listed] = []
    seen: dict[str, int] = {}
    for line, entry in _opml(data, name) if xml else _yaml(data, name):
        if len(listed) >= MOST:
            raise Invalid(
                f"{name} có hơn {MOST} mục, nhiều hơn mức nhận trong một lần. Chia tệp rồi nhập lại.",
                f"{name} holds more than {MOST} entries.",
            )
        one = entry if isinstance(entry, Listed) else _listed(line, entry)
        if one.source is not None:
            key = canonical_url(one.source.url)
            if key in seen:
                one = Listed(
                    line, None, f"trùng địa chỉ với dòng {seen[key]}", f"same address as line {seen[key]}"
                )
            else:
                seen[key] = line
        listed.append(one)
    return listed


def source_id_of(url: str) -> str:
    """A code out of an address: https://bao.example/rss gives bao-example-rss."""
    parts = urlsplit(url)
    words = re.sub(r"[^a-z0-9]+", "-", f"{parts.netloc}{parts.path}".lower()).strip("-")
    return words[:80].strip("-") or "nguon"


# --- one entry ------------------------------------------------------------------------------------------------------


def _listed(line: int, entry: Mapping[str, Any]) -> Listed:
    unknown = sorted(set(map(str, entry)) - _FIELDS)
    if unknown:
        words = ", ".join(unknown)[:200]
        return Listed(line, None, f"có trường lạ: {words}", f"unknown fields: {words}")
    url = str(entry.get("url") or "").strip()
    host = _host(url)
    if not host and str(entry.get("kind") or "feed") in {"feed", "listing", "page"}:
        shown = url[:80] or "(trống)"
        return Listed(
            line,
            None,
            f"địa chỉ {shown} không bắt đầu bằng http:// hoặc https://",
            f"address {shown} is not http or https",
        )
    given = {key: value for key, value in entry.items() if value is not None}
    given["url"] = url
    given["id"] = str(entry.get("id") or source_id_of(url))[:80]
    given["name"] = " ".join(str(entry.get("name") or host or url).split())[:200]
    given["kind"] = str(entry.get("kind") or "feed")
    given["language"] = str(entry.get("language") or "").strip().partition("-")[0].lower()[:12]
    for field in _NUMBERS:
        if field in given and (isinstance(given[field], bool) or not isinstance(given[field], int)):
            return Listed(line, None, f"trường {field} phải là số", f"{field} must be a number")
    for field in _YES_NO:
        if field in given and not isinstance(given[field], bool):
            return Listed(
                line, None, f"trường {field} phải là true hoặc false", f"{field} must be true or false"
            )
    if not isinstance(given.get("rules", {}), dict):
        return Listed(line, None, "trường rules phải là một bảng", "rules must be a mapping")
    for field in ("country", "locality"):
        if field in given:
            given[field] = str(given[field])
    return Listed(line, NewSource(**given))


def _host(url: str) -> str:
    """The host of an http or https address, else "" ."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


# --- YAML -----------------------------------------------------------------------------------------------------------


def _yaml(data: bytes, name: str) -> Iterator[tuple[int, Mapping[str, Any] | Listed]]:
    text = data.decode("utf-8-sig", "replace")
    if re.search(r"(?:^|[\s\[{,:-])[&*][A-Za-z0-9_]", text, re.M):
        # Ten nested anchors make a billion entries out of a kilobyte.
        raise Invalid(
            f"{name} dùng neo YAML (& hoặc *), không được nhận. Ghi đầy đủ từng mục.",
            f"{name} uses YAML anchors, which are not accepted.",
        )
    if re.search(r"(?:[\[{]\s*){40}", text):
        raise Invalid(f"{name} lồng quá nhiều ngoặc nên không được nhận.", f"{name} nests too many brackets.")
    try:
        value = read_yaml(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", dòng {mark.line + 1}" if mark is not None else ""
        raise Invalid(
            f"{name} không phải OPML, cũng không phải YAML đúng cú pháp{where}.",
            f"{name} is neither OPML nor well-formed YAML{where.replace('dòng', 'line')}.",
        ) from error
    if isinstance(value, dict):
        value = value.get("sources")
    if not isinstance(value, list):
        raise Invalid(
            f"{name}: cần một danh sách nguồn, mỗi nguồn có url, kind, name.",
            f"{name}: a list of sources is needed, each with url, kind, name.",
        )
    for number, entry in enumerate(value, start=1):
        if isinstance(entry, dict):
            yield number, entry
        else:
            yield (
                number,
                Listed(
                    number,
                    None,
                    "không phải một nguồn có url, kind, name",
                    "not a source with url, kind, name",
                ),
            )


# --- OPML -----------------------------------------------------------------------------------------------------------


def _opml(data: bytes, name: str) -> Iterator[tuple[int, Mapping[str, Any] | Listed]]:
    """The outlines with an address, as they come; what is nested is taken as if it were not. Bad grammar passes where it can."""
    from lxml import etree

    bare = data.replace(b"\0", b"")
    if re.search(rb"<!ENTITY", bare, re.I) or re.search(rb"<[A-Za-z][^<>]{%d}" % LONGEST_TAG, bare):
        raise Invalid(
            f"{name} khai báo thực thể XML hoặc có thẻ dài bất thường nên không được nhận. Xuất lại tệp từ phần mềm đọc tin.",
            f"{name} declares XML entities or holds an abnormally long tag and was refused.",
        )
    parser = etree.XMLPullParser(
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    # Feed readers write &eacute;, which XML does not know, and a bare & in addresses, which would lose what follows it. In UTF-16
    # the expressions find nothing, and what is wrong is named below.
    data = _AMPERSAND.sub(b"&amp;", _ENTITY.sub(_numbered, data))
    depth, root, found = 0, "", 0
    try:
        for at in range(0, len(data), 65_536):
            parser.feed(data[at : at + 65_536])
            for event, node in parser.read_events():
                element: Any = node
                if event == "end":
                    depth -= 1
                    element.clear(keep_tail=False)
                    continue
                depth += 1
                if depth > DEEPEST:
                    raise Invalid(
                        f"{name} lồng quá {DEEPEST} tầng (dòng {element.sourceline}) nên không được nhận.",
                        f"{name} is nested more than {DEEPEST} deep (line {element.sourceline}).",
                    )
                tag = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
                root = root or tag
                if tag == "outline":
                    entry = _outline(element)
                    if entry is not None:
                        found += 1
                        yield element.sourceline or 0, entry
    except etree.XMLSyntaxError as error:
        raise Invalid(
            f"{name} không đọc được: sai cú pháp XML ở dòng {error.lineno}. Xuất lại tệp từ phần mềm đọc tin.",
            f"{name} cannot be read: XML syntax error in line {error.lineno}.",
        ) from error
    faults = [fault for fault in parser.feed_error_log if fault.level >= 2]
    if root != "opml" and not found:
        raise Invalid(
            f"{name} không phải OPML (thẻ gốc là {root[:40] or 'không có'}). Cần tệp OPML do phần mềm đọc tin xuất ra.",
            f"{name} is not OPML (its root is {root[:40] or 'missing'}).",
        )
    if depth > 0 and not faults:
        # the parser waits for more: the file ends inside an element and nothing else would say so
        last = data.count(b"\n") + 1
        yield (
            last,
            Listed(
                last,
                None,
                "tệp bị hỏng hoặc bị cắt: hết tệp ở đây khi chưa đóng thẻ; xuất hoặc tải lại tệp rồi nhập lại",
                "the file is damaged or cut off: it ends here before its tags are closed; export or download it again",
            ),
        )
    for fault in faults[:20]:
        yield (
            fault.line,
            Listed(
                fault.line,
                None,
                "sai cú pháp XML ở đây; các mục khác vẫn được đọc, hãy so lại số mục",
                "XML syntax error here; the others were read, compare their number",
            ),
        )


def _numbered(match: re.Match[bytes]) -> bytes:
    word = match[1]
    code = name2codepoint.get(word.decode("ascii"))
    return match[0] if word in _XML_OWN or code is None else b"&#%d;" % code


def _outline(element: Any) -> Mapping[str, Any] | Listed | None:
    """What an outline says; None for a folder."""
    plain = {
        str(key).lower(): str(value) for key, value in element.attrib.items() if not str(key).startswith("{")
    }
    own = {
        str(key).partition("}")[2]: str(value)
        for key, value in element.attrib.items()
        if str(key).startswith(f"{{{NAMESPACE}}}")
    }
    kind = plain.get("type", "").strip().lower()
    line = element.sourceline or 0
    url = plain.get("xmlurl", "").strip()
    if not url and own:
        url = plain.get("url", "").strip()
    title = plain.get("text", "").strip() or plain.get("title", "").strip()
    elsewhere = kind in {"include", "link"} and bool(plain.get("url", "").strip())
    if kind == "source" or not url:
        if elsewhere or kind == "source":
            return Listed(
                line,
                None,
                f"“{title[:60]}” dẫn tới một danh sách hoặc trang khác, không phải nguồn RSS",
                f"“{title[:60]}” leads to another list or page, not to a feed",
            )
        if "xmlurl" in plain or kind == "rss":
            return Listed(
                line, None, f"“{title[:60]}” không có địa chỉ RSS", f"“{title[:60]}” has no feed address"
            )
        return None
    entry: dict[str, Any] = {"url": url, "name": title, "language": plain.get("language", "")}
    for field in _OWN:
        if field in own:
            entry[field] = _typed(field, own[field])
    rules = {key.removeprefix("rule-"): value for key, value in own.items() if key.startswith("rule-")}
    return {**entry, "rules": rules} if rules else entry


def _typed(field: str, text: str) -> Any:
    """Our own attributes are text in XML; what does not fit its type stays text, and :func:`_listed` says so."""
    if field in _YES_NO:
        low = text.lower()
        return True if low in _TRUE else False if low in _FALSE else text
    return int(text) if field in _NUMBERS and text.isascii() and text.isdigit() and len(text) < 7 else text


def write_opml(sources: Iterable[NewSource], title: str, made: str) -> bytes:
    """An OPML 2.0 file that feed readers take, and that :func:`read` takes back whole. ``made`` is an RFC 822 date.

    Only feeds carry ``xmlUrl``: what else we read would be an error in a feed reader, and stands there as a link.
    """
    from lxml import etree

    root = etree.Element("opml", {"version": "2.0"}, nsmap={"lamro": NAMESPACE})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = made
    body = etree.SubElement(root, "body")
    for source in sources:
        feed = source.kind == "feed"
        outline = etree.SubElement(body, "outline", {"text": clean(source.name), "title": clean(source.name)})
        outline.set("type", "rss" if feed else "link")
        outline.set("xmlUrl" if feed else "url", clean(source.url))
        if source.language:
            outline.set("language", clean(source.language))
        for field in _OWN:
            value = getattr(source, field)
            if value is not None:
                outline.set(
                    f"{{{NAMESPACE}}}{field}",
                    str(value).lower() if isinstance(value, bool) else clean(str(value)),
                )
        for key, value in source.rules.items():
            if isinstance(value, (str, int)):
                outline.set(f"{{{NAMESPACE}}}rule-{key}", clean(str(value)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
