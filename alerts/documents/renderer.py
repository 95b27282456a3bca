"""The one maker of files behind :class:`core.ports.DocumentRenderer`. Libraries are loaded when the first file is made."""

from __future__ import annotations

from core.ports import OfficialDocument, WeeklyDigest


class OfficialRenderer:
    """Official documents and weekly digests."""

    def official(self, document: OfficialDocument) -> bytes:
        """The .docx of an official document (Decree 30/2020/NĐ-CP). Raises :class:`core.errors.Invalid` on an unknown urgency."""
        from alerts.documents.official import official_docx

        return official_docx(document)

    def digest_html(self, digest: WeeklyDigest) -> str:
        """The digest as one self-contained HTML page that prints on A4."""
        from alerts.digests.page import digest_html

        return digest_html(digest)

    def digest_docx(self, digest: WeeklyDigest) -> bytes:
        """The digest as .docx."""
        from alerts.digests.docx import digest_docx

        return digest_docx(digest)
