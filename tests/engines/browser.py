"""The machine's own Chromium, driven by Playwright; no browser is downloaded."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from tests.engines import registry

# Without these a headless Chromium keeps calling home; the proxy that does not exist closes the rest of the network to it.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--disable-dev-shm-usage", "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=127.0.0.1;localhost;[::1]",
]  # fmt: skip


def executable() -> str | None:
    """The first Chromium found on PATH (the one without a window costs half), or the one that LAMRO_TEST_CHROMIUM names."""
    named = os.environ.get("LAMRO_TEST_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next(
        filter(
            None,
            map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")),
        ),
        None,
    )


def probe() -> str:
    """The browser that there is."""
    path = executable()
    if path is None:
        raise registry.Missing("no Chromium on this machine (Debian: apt install chromium)")
    return os.path.basename(path)


registry.register("browser", "Browser", probe)


@pytest.fixture(scope="session")
def browser_type_launch_args(request: pytest.FixtureRequest) -> dict[str, Any]:
    """pytest-playwright's hook: which browser to start, and how. Skips, or fails, where there is none."""
    registry.need("browser", request)
    return {"executable_path": executable(), "args": ARGUMENTS, "headless": True}


@pytest.fixture(autouse=True)
def _browser_counts(request: pytest.FixtureRequest) -> None:
    """The browser lives as long as the session; each test that asks for a page counts."""
    if {"page", "browser", "context", "new_context", "browser_type", "launch_browser"} & set(
        request.fixturenames
    ):
        registry.need("browser", request)
