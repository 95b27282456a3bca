"""A small IMAP4rev1 server on loopback, over real TLS: log-in, EXAMINE, UID SEARCH, UID FETCH, as RFC 3501 writes them.

It refuses what would change a mailbox: a client that selects read-write, stores a flag or fetches without PEEK is told so, and
``touched`` names it.
"""

from __future__ import annotations

import base64
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def certificate(folder: Path, *, days: int = 2) -> tuple[Path, Path]:
    """(certificate, key) for "localhost", its own authority; ``days`` below zero makes one that has run out."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "imap.pem", folder / "imap.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


class ImapServer:
    """One mailbox, INBOX. ``deliver`` puts a mail in; ``validity`` may be raised, as a restored server does."""

    user = "tiepnhan@xa.example"
    password = "mat-khau 'cua' hop \"thu\""

    def __init__(self, folder: Path, *, starttls: bool = False, days: int = 2) -> None:
        self.ca, key = certificate(folder, days=days)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.ca, key)
        self._starttls = starttls
        self.validity = 7
        self.mails: dict[int, tuple[date, bytes]] = {}
        self.next_uid = 1
        self.touched: list[str] = []
        self.commands: list[str] = []
        #: says a literal of this many bytes instead of the true one
        self.lie: int | None = None
        self.drop_after = 0

    def deliver(self, data: bytes, day: date | None = None) -> int:
        """Put a mail in; returns its number."""
        uid = self.next_uid
        self.mails[uid] = (day or datetime.now(UTC).date(), data)
        self.next_uid += 1
        return uid

    def __enter__(self) -> Self:
        outer = self

        class Session(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    _Talk(outer, self.request).run()
                except (OSError, ValueError):
                    pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port that the kernel chose."""
        return int(self._server.server_address[1])


class _Talk:
    """One connection."""

    def __init__(self, server: ImapServer, sock: socket.socket) -> None:
        self.server = server
        sock.settimeout(20)
        self.sock = sock if server._starttls else server._context.wrap_socket(sock, server_side=True)
        self.stream = self.sock.makefile("rb")
        self.known = False
        self.selected = False

    def say(self, line: str) -> None:
        self.sock.sendall(line.encode() + b"\r\n")

    def run(self) -> None:
        self.say("* OK IMAP4rev1 ready")
        while line := self.stream.readline(8192):
            tag, _, rest = line.decode("utf-8").rstrip("\r\n").partition(" ")
            word = rest.split(" ")[0].upper()
            if word not in {"LOGIN", "AUTHENTICATE"}:
                self.server.commands.append(rest)
            if word == "LOGOUT":
                self.say("* BYE")
                self.say(f"{tag} OK bye")
                return
            getattr(self, f"on_{word.lower()}", self.unknown)(tag, rest)

    def unknown(self, tag: str, rest: str) -> None:
        if rest.split(" ")[0].upper() in {"SELECT", "STORE", "EXPUNGE", "CLOSE", "APPEND", "COPY", "MOVE"}:
            self.server.touched.append(rest)
        self.say(f"{tag} BAD not served")

    def on_capability(self, tag: str, _: str) -> None:
        self.say("* CAPABILITY IMAP4rev1" + (" STARTTLS" if self.server._starttls else ""))
        self.say(f"{tag} OK done")

    def on_starttls(self, tag: str, _: str) -> None:
        self.say(f"{tag} OK go")
        self.sock = self.server._context.wrap_socket(self.sock, server_side=True)
        self.stream = self.sock.makefile("rb")

    def on_login(self, tag: str, rest: str) -> None:
        if not isinstance(self.sock, ssl.SSLSocket):
            self.server.touched.append("LOGIN without TLS")
        given = re.fullmatch(r'LOGIN "?(.+?)"? "(.*)"', rest, re.I)
        self.enter(tag, (given[1], re.sub(r"\\(.)", r"\1", given[2])) if given else ("", ""))

    def on_authenticate(self, tag: str, _: str) -> None:
        self.sock.sendall(b"+ \r\n")
        answer = base64.b64decode(self.stream.readline(8192)).decode().split("\0")
        self.enter(tag, (answer[1], answer[2]))

    def enter(self, tag: str, given: tuple[str, str]) -> None:
        self.known = given == (self.server.user, self.server.password)
        # Some servers repeat what they were given: it must not reach a log.
        self.say(f"{tag} {'OK in' if self.known else 'NO [AUTHENTICATIONFAILED] wrong: ' + ' '.join(given)}")

    def on_examine(self, tag: str, rest: str) -> None:
        if not self.known or rest.split(" ", 1)[1].strip('"').upper() != "INBOX":
            self.say(f"{tag} NO no such mailbox")
            return
        self.selected = True
        self.say(f"* {len(self.server.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] valid")
        self.say(f"* OK [UIDNEXT {self.server.next_uid}] next")
        self.say(f"{tag} OK [READ-ONLY] done")

    def on_uid(self, tag: str, rest: str) -> None:
        if not self.selected:
            self.say(f"{tag} BAD select first")
            return
        mails = self.server.mails
        if found := re.fullmatch(r"UID SEARCH UID (\d+):\*", rest):
            # "n:*" holds the last mail even when its number is lower (RFC 3501, 6.4.8)
            first = int(found[1])
            wanted = [uid for uid in mails if uid >= first] or list(mails)[-1:]
        elif found := re.fullmatch(r"UID SEARCH SINCE (\d+)-(\w{3})-(\d{4})", rest):
            since = date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
            wanted = [uid for uid, (day, _) in mails.items() if day >= since]
        elif found := re.fullmatch(r"UID FETCH (\d+) \(RFC822\.SIZE\)", rest):
            uid = int(found[1])
            if uid in mails:
                self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(mails[uid][1])})")
            self.say(f"{tag} OK done")
            return
        elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", rest):
            self.fetch(tag, int(found[1]), int(found[2]))
            return
        else:
            self.server.touched.append(rest)
            self.say(f"{tag} BAD not served")
            return
        self.say("* SEARCH " + " ".join(map(str, wanted)))
        self.say(f"{tag} OK done")

    def fetch(self, tag: str, uid: int, most: int) -> None:
        data = self.server.mails.get(uid, (None, b""))[1][:most]
        if self.server.drop_after and uid > self.server.drop_after:
            self.sock.close()
            raise OSError
        size = len(data) if self.server.lie is None else self.server.lie
        self.say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{size}}}")
        self.sock.sendall(data + b")\r\n")
        self.say(f"{tag} OK done")


@pytest.fixture
def imap_server(tmp_path: Path) -> Iterator[ImapServer]:
    """A running server with an empty inbox."""
    with ImapServer(tmp_path) as server:
        yield server
