"""One measurement a process, so that nothing that is warm in one flatters the other: CPU seconds, items, peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAIVE = ("newspaper4k", "langdetect", "datasketch", "lxml_html_clean")


def measured(what: str, items: int, seed: int) -> dict[str, Any]:
    """Run ``what`` ("ours" or "parts") in a process of its own: {"cpu", "items", "peak", "stages"}."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.measure", what, str(items), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"bench {what} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def throw_away_python(folder: Path) -> Path | None:
    """A Python with the naive pipeline's libraries in ``folder``; None where they cannot be had."""
    try:
        venv.create(folder, with_pip=True)
        python = folder / "bin" / "python"
        subprocess.run(
            [python, "-m", "pip", "install", "-q", *NAIVE], check=True, capture_output=True, timeout=600
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return python


def measured_naive(python: Path, items: int, seed: int) -> dict[str, Any]:
    """The naive pipeline on the same pages, in its own environment."""
    from bench.corpus import pages
    from indexer.gazetteer.units import gazetteer

    names = sorted({unit.name.lower() for unit in gazetteer().by_id.values()})
    lines = [json.dumps(names)]
    lines += [json.dumps({"url": page.url, "html": page.html.decode()}) for page in pages(items, seed)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [python, ROOT / "bench" / "naive.py", Path(folder) / "naive.db"],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """``python -m bench.measure ours|parts ITEMS SEED``: print one line of JSON."""
    import logging
    import warnings

    from bench.corpus import pages
    from bench.ours import peak_megabytes, run_ours
    from bench.parts import run_parts

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    what, items, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    made = list(pages(items, seed))
    stages: dict[str, float] = defaultdict(float)

    def stage(name: str, seconds: float) -> None:
        stages[name] += seconds

    with tempfile.TemporaryDirectory() as folder:
        stored = (run_ours if what == "ours" else run_parts)(made, Path(folder), stage)
    print(
        json.dumps({"cpu": sum(stages.values()), "items": stored, "peak": peak_megabytes(), "stages": stages})
    )


if __name__ == "__main__":
    main()
