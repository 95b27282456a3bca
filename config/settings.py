"""Every setting of the program, with its meaning, default and environment variable (``LAMRO_`` + the field's name in capitals).

Read once at start; nothing else in the project looks at the environment for configuration. ``lamro doctor`` prints the values in use
(secrets masked), docs/settings.md lists them and a test holds the two together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core import faults
from core.errors import Misconfigured


class Settings(BaseSettings):
    """Typed settings. Raises :class:`core.errors.Misconfigured` through :func:`load`, never a bare validation error."""

    model_config = SettingsConfigDict(env_prefix="LAMRO_", extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("var"),
        description="Folder that holds the database, index, captures, outgoing files and secret.",
    )
    env: Literal["production", "demo", "test"] = Field(
        default="production", description="production unless this is a demonstration or a test."
    )
    database_url: str = Field(
        default="",
        description="Database; empty: SQLite in the home. Example: postgresql+psycopg://lamro@db/lamro",
    )
    search_backend: Literal["fts5", "elasticsearch"] = Field(default="fts5", description="Search engine.")
    elasticsearch_url: str = Field(
        default="", description="Address of Elasticsearch 8.x, for example http://elasticsearch:9200"
    )
    elasticsearch_user: str = Field(default="", description="User for basic authentication.")
    elasticsearch_password: SecretStr = Field(
        default=SecretStr(""), description="Password for basic authentication."
    )
    elasticsearch_api_key: SecretStr = Field(
        default=SecretStr(""), description="API key instead of user and password."
    )
    elasticsearch_ca: str = Field(
        default="", description="File with the certificate authority of the cluster."
    )
    elasticsearch_index: str = Field(
        default="lamro", description="Prefix of the index names.", pattern=r"^[a-z][a-z0-9-]{0,60}$"
    )
    host: str = Field(default="127.0.0.1", description="Address the review app listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port of the review app; 0 picks a free one.")
    trusted_hosts: str = Field(
        default="",
        description="Host names the review app answers to, separated by commas; empty: the address it listens on.",
    )
    secure_cookies: bool = Field(
        default=False, description="Set when the review app is reached over HTTPS only."
    )
    trusted_proxy: str = Field(
        default="",
        description="Address of the reverse proxy in front, whose X-Forwarded-For is believed; empty: nobody's is.",
    )
    max_upload_mb: int = Field(default=20, ge=1, le=100, description="Largest upload in megabytes.")
    smtp_host: str = Field(
        default="", description="Mail server; empty: no e-mail leaves, messages stay queued."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="Encryption towards the mail server."
    )
    smtp_user: str = Field(default="", description="User at the mail server.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password at the mail server.")
    mail_from: str = Field(
        default="", description="Sender address of outgoing mail, the office's official address."
    )
    imap_host: str = Field(
        default="",
        description="Mail server of the inbox to which people forward what they saw; empty: no inbox is read.",
    )
    imap_port: int = Field(default=993, ge=1, le=65535, description="Port of that server.")
    imap_security: Literal["tls", "starttls"] = Field(
        default="tls", description="Encryption towards that server; there is no reading without."
    )
    imap_user: str = Field(default="", description="User of the inbox.")
    imap_password: SecretStr = Field(
        default=SecretStr(""), description="Password of the inbox; many providers ask for an app password."
    )
    imap_folder: str = Field(default="INBOX", description="Folder that is read; nothing in it is changed.")
    imap_ca: str = Field(
        default="",
        description="File with the certificate authority of that server; empty: those of the system.",
    )
    imap_minutes: int = Field(default=5, ge=1, le=1440, description="The inbox is looked at this often.")
    imap_unit: str = Field(
        default="",
        description="Official code of the office that the inbox belongs to; needed only when there are several offices.",
    )
    imap_senders: str = Field(
        default="",
        description="Addresses or domains whose mails are taken, separated by commas; empty: everybody's.",
    )
    rsshub_url: str = Field(
        default="",
        description="Address of the office's own RSSHub, inside its network or not; only sources of that kind may ask it.",
    )
    translator_url: str = Field(
        default="",
        description="Address of a LibreTranslate, best one of the office's own; empty: no machine translation. Public words of items are sent there when somebody asks.",
        pattern=r"^(https?://[^\s]+)?$",
    )
    translator_api_key: SecretStr = Field(
        default=SecretStr(""), description="Key of that server, where it wants one."
    )
    need_weights: str = Field(
        default="",
        description="YAML file with the office's own weights of the need score (`lamro need show --yaml` prints one to begin with); empty: the shipped weights.",
    )
    blind_sample: int = Field(
        default=10,
        ge=0,
        le=50,
        description="Stories ranked low that each office is shown each week without their score, so that misses are seen; 0: none.",
    )
    reread_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="After a correction of the gazetteer, stored items seen within so many days are placed again.",
    )
    contact: str = Field(
        default="",
        description="Contact of the office in the crawler's user agent, so that an outlet knows whom to write to.",
    )
    clock: str = Field(default="", description="File of the simulated clock; demo and test only.")
    allow_hosts: str = Field(
        default="",
        description="Addresses host:port that crawls may reach in spite of the gates; demo and test only.",
    )
    crawl_round_seconds: int = Field(
        default=300, ge=10, le=3600, description="A round of sources is ended after this many seconds."
    )
    crawl_round_sources: int = Field(
        default=20, ge=1, le=200, description="At most so many sources in one round."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much the log says."
    )

    @field_validator("allow_hosts", "clock")
    @classmethod
    def _only_outside_production(cls, value: str) -> str:
        return value.strip()

    @property
    def store_url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{self.database_file.resolve()}"

    @property
    def index_path(self) -> Path:
        """File of the FTS5 index."""
        return self.home / "index.db"

    @property
    def database_file(self) -> Path:
        """The SQLite database of the home, where no other one is named."""
        return self.home / "lamro.db"

    @property
    def scheduler_lock(self) -> Path:
        """Locked by whoever alone may work on this home: its scheduler, or a move to another database."""
        return self.home / "scheduler.lock"

    @property
    def captures_path(self) -> Path:
        """Folder of captures and uploads."""
        return self.home / "captures"

    @property
    def outgoing_path(self) -> Path:
        """Folder of the "folder" channel."""
        return self.home / "outgoing"

    def environment(self) -> dict[str, str]:
        """The variables that hand these settings to a child process."""
        env = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("LAMRO_") or key.startswith("LAMRO_FAULT")
        }
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            text = str(value.resolve()) if name == "home" else str(value)
            if text:
                env[f"LAMRO_{name.upper()}"] = text
        return env


def load(overrides: Mapping[str, object] | None = None) -> Settings:
    """Settings from the environment and ``overrides``. Raises :class:`Misconfigured`: which variable, what is wrong, an example."""
    try:
        settings = Settings(**{key: value for key, value in (overrides or {}).items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "LAMRO_" + ".".join(str(part) for part in first["loc"]).upper()
        raise Misconfigured(
            f"Cấu hình sai ở {name}: {first['msg']} (đang là {first.get('input')!r}). Xem docs/settings.md, sửa rồi chạy lại.",
            f"Bad setting {name}: {first['msg']} (value {first.get('input')!r}). See docs/settings.md.",
        ) from error
    faults.check_environment()
    if settings.env == "production" and (settings.allow_hosts or settings.clock):
        name = "LAMRO_ALLOW_HOSTS" if settings.allow_hosts else "LAMRO_CLOCK"
        raise Misconfigured(
            f"{name} chỉ được dùng khi LAMRO_ENV là demo hoặc test. Bỏ biến này rồi chạy lại.",
            f"{name} is for LAMRO_ENV=demo or test only. Unset it and start again.",
        )
    if settings.imap_host and not (settings.imap_user and settings.imap_password.get_secret_value()):
        raise Misconfigured(
            "LAMRO_IMAP_HOST cần thêm LAMRO_IMAP_USER và LAMRO_IMAP_PASSWORD của hộp thư tiếp nhận.",
            "LAMRO_IMAP_HOST needs LAMRO_IMAP_USER and LAMRO_IMAP_PASSWORD.",
        )
    if settings.search_backend == "elasticsearch" and not settings.elasticsearch_url:
        raise Misconfigured(
            "LAMRO_SEARCH_BACKEND=elasticsearch cần LAMRO_ELASTICSEARCH_URL, ví dụ http://127.0.0.1:9200.",
            "LAMRO_SEARCH_BACKEND=elasticsearch needs LAMRO_ELASTICSEARCH_URL, for example http://127.0.0.1:9200.",
        )
    if settings.elasticsearch_ca and not Path(settings.elasticsearch_ca).is_file():
        raise Misconfigured(
            f"LAMRO_ELASTICSEARCH_CA={settings.elasticsearch_ca}: không có tệp này. Đặt đường dẫn tới chứng thư gốc (.pem) của cụm máy tìm kiếm.",
            f"LAMRO_ELASTICSEARCH_CA={settings.elasticsearch_ca}: no such file. Name the cluster's CA certificate (.pem).",
        )
    if settings.elasticsearch_api_key.get_secret_value() and settings.elasticsearch_user:
        raise Misconfigured(
            "Đặt LAMRO_ELASTICSEARCH_API_KEY hoặc LAMRO_ELASTICSEARCH_USER với mật khẩu, không cả hai.",
            "Set LAMRO_ELASTICSEARCH_API_KEY or LAMRO_ELASTICSEARCH_USER with its password, not both.",
        )
    return settings


def secret_key(home: Path) -> str:
    """The installation's secret, made once in a file only its owner can read. Raises :class:`Misconfigured` when it is too short."""
    path = home / "secret.key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48))
    value = path.read_text(encoding="ascii").strip()
    if len(value) < 32:
        raise Misconfigured(
            f"Tệp khóa {path} quá ngắn hoặc trống. Xóa tệp để tạo khóa mới (mọi người sẽ phải đăng nhập lại).",
            f"The key file {path} is too short. Delete it to make a new key (everybody logs in again).",
        )
    return value
