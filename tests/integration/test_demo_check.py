"""``lamro demo --check``: the whole way, cut off and gone on with, and every step made to fail."""

from __future__ import annotations

import email
import signal
from pathlib import Path

import pytest

from config.demo.check import run_check
from config.demo.steps import STEPS
from core.errors import Invalid
from tests.fixtures.demo_homes import broken, copied, snapshots
from tests.fixtures.product import PATIENCE, Product, until

NAMES = list(STEPS)
#: four weeks are told before the first test begins
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    return snapshots(tmp_path_factory)


def product(home: Path) -> Product:
    return Product(home, env="demo")


def check(home: Path, *more: str, fault: str = ""):
    return product(home).run("demo", "--check", "--home", str(home), *more, fault=fault)


def assert_nothing_twice(home: Path) -> None:
    sql = product(home).sql
    assert sql("SELECT quote FROM claim GROUP BY quote HAVING count(*) > 1") == []
    assert sql("SELECT claim_id FROM evidence GROUP BY claim_id, title HAVING count(*) > 1") == []
    assert (
        sql("SELECT claim_id FROM verdict WHERE state = 'confirmed' GROUP BY claim_id HAVING count(*) > 1")
        == []
    )
    assert sql("SELECT title FROM incident GROUP BY title HAVING count(*) > 1") == []
    assert sql("SELECT count(*) FROM document") == [(2,)]
    assert sql("SELECT count(*) FROM approval") == [(6,)]
    assert sql("SELECT count(*) FROM dispatch WHERE state = 'sent'") == [(8,)]
    sent = [
        email.message_from_bytes(path.read_bytes())["Message-ID"] for path in (home / "mail").glob("*.eml")
    ]
    assert set(sent) == {row[0] for row in sql("SELECT message_id FROM dispatch WHERE channel = 'email'")}
    twice = sql("SELECT count(*) FROM dispatch WHERE maybe_twice")[0][0]
    assert len(sent) - len(set(sent)) <= twice
    assert len(list((home / "outgoing").rglob("*.docx"))) == 2


@pytest.mark.long
def test_the_whole_way_after_a_death_in_the_past(homes):
    """The fixture's home was killed while the past was told; the second run told the rest and went the whole way."""
    said = (homes / "said").read_text(encoding="utf-8")
    assert [line.split()[1] for line in said.splitlines() if line.startswith("tốt")] == NAMES
    assert_nothing_twice(homes / NAMES[-1])
    told = product(homes / NAMES[-1])
    assert told.sql("SELECT DISTINCT interval_minutes, interval_fixed FROM source") == [(5, 1)], (
        "live news come"
    )
    assert told.sql("SELECT count(*) FROM gazetteer_unit")[0][0] > 3_321
    assert (
        product(homes / "crawl").sql("SELECT count(*) FROM crawl_run WHERE state = 'interrupted'")[0][0] > 0
    )


@pytest.mark.long
def test_a_run_that_is_killed_again_and_again_arrives(homes, tmp_path):
    """In the middle of a step, from outside after one, before a person was told, after the mail server took the mail."""
    home = copied(homes, "receive", tmp_path / "home")
    assert check(home, fault="judge.before_commit:3").returncode == -signal.SIGKILL
    with product(home) as mine:
        running = mine.start("demo", "--check", "--home", str(home))
        until("a step", lambda: "tốt      answer" in mine.said() or running.poll() is not None)
        running.kill()
        running.wait(PATIENCE)
        assert running.returncode == -signal.SIGKILL
        until("the press gone too", lambda: not mine.processes())
    for fault in ("approve.after_commit:2", "dispatch.after_send:2"):
        assert check(home, fault=fault).returncode == -signal.SIGKILL, fault
    last = check(home)
    assert last.returncode == 0, last.stdout + last.stderr
    assert last.stdout.splitlines()[-1] == f"Đi hết con đường: {len(NAMES)} bước."
    for name in NAMES[: NAMES.index("answer") + 1]:
        assert f"đã xong  {name} " in last.stdout
    assert_nothing_twice(home)
    assert product(home).sql("SELECT count(*) FROM dispatch WHERE maybe_twice")[0][0] > 0


@pytest.fixture(scope="module")
def answers(homes, tmp_path_factory):
    return broken(homes, tmp_path_factory.mktemp("broken"))


@pytest.mark.long
@pytest.mark.parametrize("step", NAMES)
def test_every_step_can_fail(step, answers):
    before = NAMES[: NAMES.index(step)]
    out, err = answers[step]["out"], answers[step]["err"]
    assert answers[step]["code"] == "1", out
    assert err.strip().endswith(f"Bước hỏng: {step}"), err
    assert [line.split()[1] for line in out.splitlines() if line.startswith("HỎNG")] == [step]
    assert [line.split()[2] for line in out.splitlines() if line.startswith("đã xong")] == before
    assert "tốt" not in out


@pytest.mark.long
def test_the_command_says_which_step_failed(homes, tmp_path):
    home = copied(homes, "receive", tmp_path / "home")
    failed = check(home, "--break", "tag")
    assert failed.returncode == 1
    assert "HỎNG     tag" in failed.stdout
    assert "Bước hỏng: tag" in failed.stderr


@pytest.mark.long
def test_a_step_that_is_done_or_unknown_cannot_be_broken(homes, tmp_path):
    refused = check(copied(homes, "tag", tmp_path / "home"), "--break", "tag")
    assert refused.returncode == 1
    assert "đã đi qua bước tag" in refused.stderr
    assert "HỎNG" not in refused.stdout
    with pytest.raises(Invalid, match="nowhere"):
        run_check(tmp_path / "nothing", "nowhere")
    assert not (tmp_path / "nothing").exists()
