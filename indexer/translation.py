"""LibreTranslate as :class:`core.ports.Translator`: free software that an office can run on its own machine, without any account.

Its interface is one POST (docs.libretranslate.com, "Translate Text"): JSON with q, source, target, format and, where the server asks for
one, api_key; the answer holds translatedText, or error with a status of 400 to 500.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from core.errors import Unavailable

TIMEOUT_SECONDS = 25.0
MAX_ANSWER_BYTES = 1_000_000
#: our codes that LibreTranslate spells otherwise
_CODES = {"zh": "zh-Hans", "no": "nb"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The texts go to the address that was set, and to no other."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Refuse."""
        return


@dataclass(frozen=True, slots=True)
class LibreTranslate:
    """One server. ``url`` is its base address; nothing is asked until the first text."""

    url: str
    api_key: str = ""
    name: str = "LibreTranslate"

    def translate(self, text: str, language: str) -> str:
        """See :class:`core.ports.Translator`. A server that knows the language by another code is asked to find it out."""
        try:
            return self._ask(text, _CODES.get(language, language))
        except _UnknownLanguage:
            return self._ask(text, "auto")

    def _ask(self, text: str, source: str) -> str:
        asked = {"q": text, "source": source, "target": "vi", "format": "text"}
        if self.api_key:
            asked["api_key"] = self.api_key
        request = urllib.request.Request(  # noqa: S310  the settings allow http and https only
            f"{self.url.rstrip('/')}/translate",
            data=json.dumps(asked).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                body = answer.read(MAX_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            said = _error_of(error.read(2000))
            if source != "auto" and error.code == 400 and "not supported" in said:
                raise _UnknownLanguage from error
            raise _unavailable(f"{error.code} {said}".strip()) from error
        except (OSError, ValueError) as error:
            raise _unavailable(str(getattr(error, "reason", error))) from error
        if len(body) > MAX_ANSWER_BYTES:
            raise _unavailable("answer too long")
        try:
            found = json.loads(body)["translatedText"]
        except (ValueError, KeyError, TypeError) as error:
            raise _unavailable("the answer is none of LibreTranslate") from error
        if not isinstance(found, str) or not found.strip():
            raise _unavailable("empty answer")
        return found


class _UnknownLanguage(Exception):
    """The server does not know the code that we gave."""


def _error_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])[:200]
    except (ValueError, KeyError, TypeError):
        return ""


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(
        f"Máy dịch không trả lời được ({reason}). Bản gốc vẫn xem được; thử lại sau, hoặc báo quản trị viên.",
        f"The translation server could not answer ({reason}). The original can still be read; try again later.",
    )
