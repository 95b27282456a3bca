"""The folder of captures and uploads, as a :class:`core.ports.CaptureStore`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class CaptureFolder:
    """Files under one folder; a path never leaves it, a file is whole or absent."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def path(self, relative: str) -> Path:
        """The absolute path. Raises ValueError when it would leave the folder."""
        target = (self.root / relative).resolve()
        if not target.is_relative_to(self.root):
            raise ValueError(f"path leaves the capture folder: {relative!r}")
        return target

    def keep(self, data: bytes, suffix: str) -> tuple[str, str]:
        """Store bytes under their SHA-256; storing the same bytes twice is harmless. Returns (relative path, hash)."""
        digest = hashlib.sha256(data).hexdigest()
        relative = f"uploads/{digest[:2]}/{digest}{suffix}"
        target = self.path(relative)
        if target.exists():
            return relative, digest
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
        return relative, digest
