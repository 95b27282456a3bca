"""HTTPS servers on loopback, with certificates of an authority made for this run: good, expired, of another name, of nobody."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.crawlers.hostile import Server

_KINDS = ("good", "expired", "other-name", "self-signed")


@dataclass
class TlsServer(Server):
    """As :class:`Server`, behind a certificate."""

    context: ssl.SSLContext = field(default_factory=lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))

    def _serve(self, sock: Any) -> None:
        try:
            wrapped = self.context.wrap_socket(sock, server_side=True)
        except (ssl.SSLError, OSError):
            return
        super()._serve(wrapped)


@dataclass(frozen=True)
class Authority:
    """``bundle`` is what a client has to trust; ``servers`` are the four servers, not started."""

    bundle: Path
    servers: dict[str, TlsServer]


def make_authority(folder: Path) -> Authority:
    """An authority and one server a kind, for 127.0.0.1."""
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lam Ro test authority")])
    week = timedelta(days=7)
    root = (
        x509.CertificateBuilder().subject_name(root_name).issuer_name(root_name).public_key(root_key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - week).not_valid_after(now + week)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(root_key, hashes.SHA256())
    )  # fmt: skip
    bundle = folder / "authority.pem"
    bundle.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    servers = {}
    for kind in _KINDS:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kind)])
        alone = kind == "self-signed"
        until = now - timedelta(days=1) if kind == "expired" else now + week
        host = "127.0.0.9" if kind == "other-name" else "127.0.0.1"
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name if alone else root_name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - week).not_valid_after(until)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
            .sign(key if alone else root_key, hashes.SHA256())
        )  # fmt: skip
        path = folder / f"{kind}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        server = TlsServer()
        server.context.load_cert_chain(path)
        servers[kind] = server
    return Authority(bundle, servers)
