"""What the review app must be told at start; ``config.wiring`` fills it in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Settings of the web side. ``secret_key`` signs the form cookie only; log-ins live in the database."""

    secret_key: str
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    secure_cookies: bool = False
    environment: str = "production"
    max_upload_bytes: int = 20 * 1024 * 1024
    allow_hosts: str = ""
    """Addresses that crawls may reach in spite of the gates; shown on the status screen."""
    simulated_clock: bool = False
    """True when the clock is simulated; shown on the status screen."""
    mailbox: str = ""
    """Name of the inbox for forwarded reports, as the store knows it; empty when there is none. Shown on the status screen."""
    mailbox_minutes: int = 5
    """How often the scheduler looks into it."""
    previous_secret_keys: tuple[str, ...] = ()
    """Keys that still verify, so that the secret can be changed while people work."""

    @property
    def login_cookie(self) -> str:
        """Name of the log-in cookie; the ``__Host-`` prefix binds it to this host over HTTPS."""
        return "__Host-lamro" if self.secure_cookies else "lamro"

    @property
    def read_cookie(self) -> str:
        """Name of the signed cookie that holds which versions of documents were opened."""
        return "__Host-lamro-read" if self.secure_cookies else "lamro-read"

    @property
    def form_cookie(self) -> str:
        """Name of the signed cookie that holds the form token, the language before log-in and the last message."""
        return "__Host-lamro-form" if self.secure_cookies else "lamro-form"
