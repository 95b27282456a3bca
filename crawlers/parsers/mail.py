"""A forwarded e-mail made plain: its words, its links, its attachments. Pure, and run in the parse worker's child.

Everything in a mail is said by whoever sent it: names of files, types, character sets and dates are read, never believed. What the
sender's or the addressees' addresses were is not handed on, except the sender's own, which the caller masks (guardrail G7).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from core.messages import MailAttachment, MailRead
from core.text.urls import canonical_url
from crawlers.parsers.charset import decode
from crawlers.parsers.dates import read_date
from crawlers.parsers.markup import fragment_text, tree_of
from crawlers.parsers.plain import TEXT_LIMIT, TITLE_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.results import Unreadable

#: multiparts inside multiparts, and forwarded mails inside mails
DEPTH = 8
PARTS = 100
ATTACHMENTS = 10
#: of all attachments together, unpacked
ATTACHED_BYTES = 20 << 20
LINKS = 5
_HEADER = 2_000

_PREFIX = re.compile(r"^\s*(?:(?:fwd?|re|tr|chuyển tiếp|trả lời)\s*:\s*)+", re.I)
_PEOPLE = re.compile(
    r"^[>\s*]*(?:from|to|cc|bcc|reply-to|sender|từ|đến|tới|gửi(?: đến| tới)?|người gửi|người nhận)\**\s*:.*$",
    re.I,
)
_WHEN = re.compile(r"^[>\s*]*(?:date|sent|subject|ngày|vào|chủ đề|tiêu đề|đã gửi)\**\s*:", re.I)
_LINK = re.compile(r"https?://[^\s<>\"'\[\]{}|\\^`]{4,2000}", re.I)
#: following these would do something in somebody's name
_ACTS = re.compile(
    r"unsubscribe|opt-?out|huy-?dang-?ky|confirm|verify|activate|reset|log-?out|delete|xac-?nhan", re.I
)


def parse_mail(body: bytes, now: datetime) -> MailRead:
    """One message. ``now`` (aware) judges its date. Raises :class:`Unreadable` with ``empty`` or ``bomb``."""
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    try:
        message = message_from_bytes(body, policy=policy.compat32)
        parts = list(_parts(message))
    except RecursionError:
        raise Unreadable("bomb", "nested too deeply") from None
    plain: list[str] = []
    html: list[str] = []
    attachments: list[MailAttachment] = []
    warnings: list[str] = []
    room = ATTACHED_BYTES
    for part, alternative in parts:
        kind, name = _kind_and_name(part)
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes) or not data:
            continue
        attached = bool(name) or part.get_content_disposition() == "attachment"
        if kind in {"text/plain", "text/html"} and not attached:
            text = decode(data, str(part.get("Content-Type", ""))[:_HEADER]).text
            if kind == "text/plain":
                plain.append(text)
            else:
                html.append(text)
                if not alternative:
                    plain.append(fragment_text(text))
        elif len(attachments) >= ATTACHMENTS or len(data) > room:
            warnings.append("attachments_cut")
        else:
            room -= len(data)
            attachments.append(
                MailAttachment(
                    name=name,
                    sha256=hashlib.sha256(data).hexdigest(),
                    base64=base64.b64encode(data).decode("ascii"),
                )
            )
    if not any(text.strip() for text in plain):
        plain = [fragment_text(text) for text in html]
    raw = "\n\n".join(plain)
    text = _without_people(paragraphs(raw, TEXT_LIMIT))
    sent = read_date(one_line(_header(message, "Date"), 200), now)
    return MailRead(
        message_id=one_line(_header(message, "Message-ID"), 1000),
        subject=_PREFIX.sub("", one_line(_decoded(_header(message, "Subject")), TITLE_LIMIT)),
        sender=one_line(parseaddr(_decoded(_header(message, "From")))[1], 320),
        sent_at=sent.at,
        automatic=_automatic(message),
        text=text,
        links=_links(raw, html),
        attachments=attachments,
        warnings=list(dict.fromkeys([*warnings, *text_warnings(raw, text, TEXT_LIMIT)])),
    )


def _parts(message: Message, depth: int = 0, *, alternative: bool = False) -> Iterator[tuple[Message, bool]]:
    """The leaves, in order; the flag says that the same words also stand there as plain text. Raises Unreadable ``bomb``."""
    stack = [(message, depth, alternative)]
    count = 0
    while stack:
        part, depth, alternative = stack.pop()
        count += 1
        if depth > DEPTH or count > PARTS:
            raise Unreadable("bomb", "too many parts, or nested too deeply")
        if not part.is_multipart():
            yield part, alternative
            continue
        children = [child for child in part.get_payload() if isinstance(child, Message)]
        both = part.get_content_type() == "multipart/alternative" and any(
            child.get_content_type() == "text/plain" for child in children
        )
        stack.extend((child, depth + 1, both or alternative) for child in reversed(children))


def _kind_and_name(part: Message) -> tuple[str, str]:
    """Content type and file name. The library stumbles over some broken parameters: then the part counts as plain words."""
    try:
        if isinstance(part.get_param("charset"), tuple):  # get_payload cannot read the long form
            raise TypeError
        return part.get_content_type(), one_line(_decoded(part.get_filename() or ""), 200)
    except (TypeError, ValueError, LookupError, AttributeError):
        del part["Content-Type"], part["Content-Disposition"]
        return "text/plain", ""


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:_HEADER]


def _decoded(value: str) -> str:
    """RFC 2047 words as text; what is wrongly coded stays as it came."""
    try:
        pieces = decode_header(value.replace("\r", " ").replace("\n", " "))
    except (HeaderParseError, ValueError):
        return value
    words = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            words.append(piece)
        else:
            words.append(decode(piece, f"text/plain; charset={charset or 'utf-8'}").text)
    return "".join(words)


def _automatic(message: Message) -> bool:
    """Written by a program: out-of-office notes, bounces, receipts (RFC 3834). Mailing lists are people."""
    return (
        _header(message, "Auto-Submitted").strip().casefold() not in {"", "no"}
        or message.get_content_type() == "multipart/report"
        or _header(message, "Return-Path").strip() == "<>"
        or bool(_header(message, "X-Autoreply") or _header(message, "X-Autorespond"))
    )


def _without_people(text: str) -> str:
    """Without the From and To lines that a mail program writes above a forwarded message; its date and subject stay."""
    lines = text.split("\n")
    kept = []
    for number, line in enumerate(lines):
        near = lines[max(0, number - 4) : number] + lines[number + 1 : number + 5]
        if _PEOPLE.match(line) and any(_WHEN.match(other) for other in near):
            continue
        kept.append(line)
    return "\n".join(kept).strip()


def _links(text: str, html: list[str]) -> list[str]:
    """Web addresses in the words and behind them, each once; not those that would act in somebody's name."""
    found = [match.rstrip(".,;:!?)»”'") for match in _LINK.findall(text)]
    for page in html:
        root = tree_of(page[:400_000])
        if root is not None:
            found += [link.get("href") or "" for link in root.iter("a")]
    kept: dict[str, str] = {}
    for link in found:
        link = link.strip()
        if not link.lower().startswith(("http://", "https://")) or len(link) > 2000 or _ACTS.search(link):
            continue
        try:
            kept.setdefault(canonical_url(link), link)
        except ValueError:
            continue
        if len(kept) >= LINKS:
            break
    return list(kept.values())
