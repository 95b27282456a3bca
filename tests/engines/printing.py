"""Fonts for documents and screens, and Pango for WeasyPrint."""

from __future__ import annotations

import functools
import shutil
import subprocess

import pytest

from tests.engines import registry


@functools.cache
def font_families() -> frozenset[str]:
    """The font families that fontconfig knows."""
    if shutil.which("fc-list") is None:
        return frozenset()
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout
    return frozenset(name.strip() for line in listed.splitlines() for name in line.split(","))


def probe_fonts() -> str:
    """Liberation Serif stands for Times New Roman, Noto CJK shows Chinese outlets."""
    wanted = {
        "Liberation Serif (fonts-liberation2)": {"Liberation Serif"},
        "Noto CJK (fonts-noto-cjk)": {"Noto Sans CJK SC", "Noto Serif CJK SC"},
    }
    missing = [title for title, names in wanted.items() if not names & font_families()]
    if missing:
        raise registry.Missing(f"not installed: {', '.join(missing)}")
    return "Liberation, Noto CJK"


def probe_pango() -> str:
    """WeasyPrint loads Pango when it is imported."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise registry.Missing(
            f"WeasyPrint cannot load Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0): {error}"
        ) from error
    return f"WeasyPrint {weasyprint.__version__}"


registry.register("fonts", "Fonts", probe_fonts)
registry.register("pango", "Pango", probe_pango)


@pytest.fixture
def fonts(request: pytest.FixtureRequest) -> frozenset[str]:
    """The families on this machine, Liberation and Noto CJK among them."""
    registry.need("fonts", request)
    return font_families()


@pytest.fixture
def pango(request: pytest.FixtureRequest) -> str:
    """WeasyPrint can make a PDF here."""
    return registry.need("pango", request)


@pytest.fixture
def libreoffice() -> str:
    """The path of ``soffice``; skips where LibreOffice is missing. Not one of the six engines."""
    path = shutil.which("soffice") or shutil.which("libreoffice")
    if path is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install libreoffice-writer)")
    return path
