"""Builds everything and hands it to everyone: the one place that knows every room (nobody imports it but the command line).

Imports sit inside the functions, so that a command loads only what it uses and ``lamro --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.settings import Settings, secret_key

if TYPE_CHECKING:
    from flask import Flask

    from core.finding import SearchIndex
    from core.ports import Channel, Mailbox, Translator
    from core.records.engine import Store
    from core.services.desk import Desk


#: between the name of the database file and the moment: what ``lamro migrate-to`` leaves behind
MOVED_MARK = ".moved-"


def require_home(settings: Settings) -> None:
    """Raises :class:`core.errors.Misconfigured` when ``lamro init`` has not been run here. A database server answers for itself."""
    from core.errors import Misconfigured

    if settings.database_url or settings.database_file.exists():
        return
    moved = max(settings.home.glob(f"{settings.database_file.name}{MOVED_MARK}*[0-9]"), default=None)
    if moved is not None:
        raise Misconfigured(
            f"Dữ liệu của {settings.home} đã được chuyển sang PostgreSQL (bản cũ: {moved.name}). Đặt LAMRO_DATABASE_URL rồi chạy lại.",
            f"The data of {settings.home} was moved to PostgreSQL (old copy: {moved.name}). Set LAMRO_DATABASE_URL and run again.",
        )
    raise Misconfigured(
        f"Chưa có dữ liệu trong {settings.home}. Chạy trước: lamro init --locality MÃ, ví dụ 11131.",
        f"No database in {settings.home}. Run lamro init --locality CODE first.",
    )


def make_store(settings: Settings) -> Store:
    """The database, at the revision this program knows. Raises :class:`core.errors.Misconfigured` when it is not, or is not there."""
    from core.records.engine import Store
    from core.records.migrate import check

    require_home(settings)
    store = Store(settings.store_url)
    check(store)
    return store


def make_index(settings: Settings, backend: str | None = None, *, screens: bool = False) -> SearchIndex:
    """The search index of the settings, or of the backend named. ``screens``: somebody waits for its answers. Does not connect yet."""
    if (backend or settings.search_backend) == "elasticsearch":
        from indexer.search.elastic import PATIENCE, SCREEN_SECONDS, ElasticIndex, ElasticSettings

        return ElasticIndex(
            ElasticSettings(
                url=settings.elasticsearch_url,
                index=settings.elasticsearch_index,
                user=settings.elasticsearch_user,
                password=settings.elasticsearch_password.get_secret_value(),
                api_key=settings.elasticsearch_api_key.get_secret_value(),
                ca=settings.elasticsearch_ca,
                search_seconds=SCREEN_SECONDS if screens else PATIENCE,
            )
        )
    from indexer.search.fts5 import Fts5Index

    return Fts5Index(settings.index_path)


def make_desk(
    settings: Settings, store: Store | None = None, *, backend: str | None = None, screens: bool = False
) -> Desk:
    """What every service is handed; ``screens`` in the process that answers people."""
    from alerts.documents.renderer import OfficialRenderer
    from config.captures import CaptureFolder
    from config.catalogue import shipped
    from config.file_reader import KillableReader
    from config.gazetteer import loader
    from config.legal import load_profiles
    from config.need import load_weights
    from config.response import load_matrix
    from core.clock import clock_from_environment
    from core.services.desk import Desk
    from crawlers.registry import KindRegistry
    from indexer.analysis.analyst import LocalAnalyst

    clock = clock_from_environment({"LAMRO_CLOCK": settings.clock, "LAMRO_ENV": settings.env})
    store = store or make_store(settings)
    return Desk(
        store=store,
        clock=clock,
        analyst=LocalAnalyst(loader(store)),
        renderer=OfficialRenderer(),
        captures=CaptureFolder(settings.captures_path),
        profiles=load_profiles(),
        matrix=load_matrix(),
        kinds=KindRegistry(),
        index=make_index(settings, backend, screens=screens),
        contact=settings.contact,
        mail_from=settings.mail_from,
        catalogue=shipped,
        reader=KillableReader(clock),
        translator=make_translator(settings),
        weights=load_weights(settings.need_weights),
    )


def make_translator(settings: Settings) -> Translator | None:
    """Machine translation for staff; None unless an address is set. Does not connect yet."""
    if not settings.translator_url:
        return None
    from indexer.translation import LibreTranslate

    return LibreTranslate(settings.translator_url, settings.translator_api_key.get_secret_value())


def make_channels(settings: Settings) -> dict[str, Channel]:
    """The ways out of the house, by name. Without a mail server there is no e-mail channel, and messages stay queued."""
    from alerts.channels.folder import FolderChannel
    from alerts.channels.smtp import SmtpChannel, SmtpSettings

    channels: dict[str, Channel] = {"folder": FolderChannel(settings.outgoing_path)}
    if settings.smtp_host:
        channels["email"] = SmtpChannel(
            SmtpSettings(
                host=settings.smtp_host,
                port=settings.smtp_port,
                security=settings.smtp_security,
                user=settings.smtp_user,
                password=settings.smtp_password.get_secret_value(),
                sender=settings.mail_from,
            )
        )
    return channels


def make_mailbox(settings: Settings) -> Mailbox | None:
    """The inbox for forwarded reports; None when there is none. Does not connect yet."""
    if not settings.imap_host:
        return None
    from crawlers.mailbox import ImapMailbox, ImapSettings

    return ImapMailbox(
        ImapSettings(
            host=settings.imap_host,
            port=settings.imap_port,
            security=settings.imap_security,
            user=settings.imap_user,
            password=settings.imap_password.get_secret_value(),
            folder=settings.imap_folder,
            ca=settings.imap_ca,
        )
    )


def make_web(settings: Settings, desk: Desk) -> Flask:
    """The review app as a WSGI application."""
    from review_app.app import create_app
    from review_app.settings import WebSettings

    hosts = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    if not hosts:
        hosts = ["127.0.0.1", "localhost", settings.host]
    mailbox = make_mailbox(settings)
    return create_app(
        desk,
        WebSettings(
            secret_key=secret_key(settings.home),
            trusted_hosts=tuple(dict.fromkeys(hosts)),
            secure_cookies=settings.secure_cookies,
            environment=settings.env,
            max_upload_bytes=settings.max_upload_mb * 1024 * 1024,
            allow_hosts=settings.allow_hosts,
            simulated_clock=bool(settings.clock),
            mailbox=mailbox.name if mailbox is not None else "",
            mailbox_minutes=settings.imap_minutes,
        ),
    )
