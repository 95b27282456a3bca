"""The demo's home: a folder with its own database, clock, passwords and ports, and the sample press and mail sink on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from config.demo.press.catalogue import load_catalogue
from config.demo.press.newsroom import Newsroom
from config.settings import Settings, load
from config.supervise import die_with_parent
from core.clock import VIETNAM, FileClock
from core.errors import Misconfigured

STATE = "demo.json"


class DemoRunning(Misconfigured):
    """A demo of this home is already running; the message says where."""

    code = "demo_running"


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the mail sink took: its envelope and bytes."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


class MailSink:
    """A real SMTP server on loopback that keeps what it is given (aiosmtpd)."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        from aiosmtpd.controller import Controller

        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """Called by aiosmtpd: keep the message as a file, then answer 250."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        path = self.folder / f"{number:04d}-{secrets.token_hex(4)}.eml"
        head = f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode()
        path.write_bytes(head + bytes(envelope.content))
        return "250 OK"

    def messages(self) -> list[bytes]:
        """Every message taken, oldest first."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    def start(self) -> None:
        """Begin to listen."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening; harmless when stopped."""
        if self._controller.server is not None:
            self._controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Press:
    """The sample press as a child process; its addresses come back on its first line."""

    def __init__(self, today: date, clock: Path, ports: Path, live_from: datetime | None) -> None:
        command = [
            sys.executable,
            "-m",
            "config.demo.press",
            "--today",
            today.isoformat(),
            "--clock",
            str(clock),
            "--ports",
            str(ports),
        ]
        if live_from is not None:
            command += ["--live-from", live_from.isoformat()]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={key: value for key, value in os.environ.items() if not key.startswith("LAMRO_")},
            preexec_fn=die_with_parent,  # noqa: PLW1509  the child only asks the kernel to end it with us
        )
        self._in, self._out = _pipes(self._process)
        line = self._out.readline()
        if not line:
            raise Misconfigured("Không mở được báo mẫu trên máy này.", "The sample press did not start.")
        answer = json.loads(line)
        self.sources: list[dict[str, Any]] = answer["sources"]
        self.allow_hosts: str = answer["allow_hosts"]
        self._bases: dict[str, str] = answer["outlets"]
        #: the same shelves as the child's, to know what is published when
        self.newsroom = Newsroom(load_catalogue(), today, live_from)

    def url_of(self, item_id: str) -> str:
        """The address of an item, published or not. Raises KeyError for an unknown id."""
        catalogue = self.newsroom.catalogue
        return self._bases[catalogue.outlet_of[item_id].id] + self.newsroom.path_of(catalogue.items[item_id])

    def go_live(self, at: datetime) -> None:
        """Live items are released from this moment on."""
        self._in.write(f"live {at.isoformat()}\n".encode())
        self._in.flush()
        self._out.readline()
        self.newsroom.live_from = at

    def stop(self) -> None:
        """End the process; harmless when it ended."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise TypeError("the process was started without pipes")
    return process.stdin, process.stdout


class DemoHome:
    """A demo home in use: one process at a time. Use as a context manager; leaving stops all that it started."""

    def __init__(self, path: Path, *, with_press: bool = True, with_mail: bool = True) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock: IO[str] | None = None
        self._wanted = (with_press, with_mail)
        self._press: Press | None = None
        self._mail: MailSink | None = None
        self.state: dict[str, Any] = {}

    # --- state ------------------------------------------------------------------------------------------------------

    def save(self, **changes: Any) -> None:
        """Write changes of the state atomically, so that an interrupted demo goes on where it was."""
        self.state.update(changes)
        temporary = self.path / f"{STATE}.{os.getpid()}"
        temporary.write_text(json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.replace(self.path / STATE)

    @property
    def today(self) -> date:
        """The demo's today in Viet Nam, fixed when the home was made."""
        return date.fromisoformat(self.state["today"])

    @property
    def password(self) -> str:
        """One password for all sample accounts of this home."""
        return str(self.state["password"])

    @property
    def clock(self) -> FileClock:
        """The simulated clock of this home."""
        return FileClock(self.path / "clock.json")

    @property
    def press(self) -> Press:
        """The sample press of a home in use. Raises :class:`Misconfigured` when it was not asked for."""
        if self._press is None:
            raise Misconfigured("Bản thử này không có báo mẫu.", "This demo home has no sample press.")
        return self._press

    @property
    def mail(self) -> MailSink:
        """The mail sink of a home in use. Raises :class:`Misconfigured` when it was not asked for."""
        if self._mail is None:
            raise Misconfigured("Bản thử này không có máy chủ thư mẫu.", "This demo home has no mail sink.")
        return self._mail

    def __enter__(self) -> Self:
        self._lock = (self.path / "demo.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            url = _read(self.path / STATE).get("url", "(đang khởi động)")
            raise DemoRunning(
                f"Một bản thử đang chạy: {url}. Mở địa chỉ ấy, hoặc bấm Ctrl-C ở cửa sổ kia rồi chạy lại.",
                f"A demo is already running: {url}. Open it, or stop it with Ctrl-C first.",
            ) from None
        self.state = _read(self.path / STATE)
        if "today" not in self.state:
            self.save(
                today=datetime.now(VIETNAM).date().isoformat(), password=f"lamro-{secrets.token_hex(4)}-thu"
            )
        if not self.clock.path.exists():
            self.clock.set(datetime.now(UTC))
        live = self.state.get("live_from")
        if self._wanted[0]:
            self._press = Press(
                self.today,
                self.clock.path,
                self.path / "ports.json",
                datetime.fromisoformat(live) if live else None,
            )
        if self._wanted[1]:
            self._mail = MailSink(self.path / "mail", int(self.state.get("smtp_port", 0)))
            try:
                self._mail.start()
            except OSError:  # the port of the last start is taken by now
                self._mail = MailSink(self.path / "mail")
                self._mail.start()
            self.save(smtp_port=self._mail.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._press is not None:
            self._press.stop()
        if self._mail is not None:
            self._mail.stop()
        if self._lock is not None:
            self._lock.close()

    def settings(self, port: int = 0) -> Settings:
        """The product's settings for this home."""
        return load(
            {
                "home": self.path,
                "env": "demo",
                "clock": str(self.clock.path),
                "allow_hosts": self._press.allow_hosts if self._press else "",
                "smtp_host": "127.0.0.1",
                "smtp_port": self._mail.port if self._mail else 1,
                "smtp_security": "none",
                "mail_from": "vanthu@xachiminh.example",
                "contact": "vanthu@xachiminh.example",
                "host": "127.0.0.1",
                "port": port,
                "log_level": "WARNING",
            }
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
