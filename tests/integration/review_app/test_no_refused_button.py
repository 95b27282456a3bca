"""No button that will be refused: in each state of a claim, by half of the accounts, every form of the pages is sent as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from lxml import html
from sqlalchemy import select

from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.engine import Store
from core.records.incident import Incident
from core.records.item import Item, StoryOffice, TagEvent
from core.records.suggestion import ClaimSuggestion
from core.records.unit import Unit
from core.rules.vocabulary import Role
from core.services import accounts, claims, judge, known_claims, withdrawing
from core.services.claim_form import NewEvidence
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import STEPS, Answering, actor, go_on, with_parts
from tests.fixtures.office import PASSWORD, copy_office
from tests.fixtures.web import SECRET, Person

REASON = "Đã đối chiếu sổ trực và ghi đủ lý do ở đây."
PEOPLE = ("hanh.dt", "luc.pv", "vinh.nt", "tu.la", "kiem.tv", "xa.ban", "thanh.pho", "kiem.nhiem")


def parse(text: str) -> Any:
    """The page as a tree; Any, because an XPath may give anything."""
    return html.fromstring(text)


def version(made: Answering) -> int:
    with made.desk.store.read() as session:
        return session.get_one(Claim, made.claim_id).version


def verdict_of(made: Answering) -> int:
    with made.desk.store.read() as session:
        return session.scalars(select(VerdictRecord.id).order_by(VerdictRecord.id.desc())).first() or 0


def change(made: Answering, model: type[Any], key: int, **values: Any) -> None:
    with made.desk.store.write() as session:
        row = session.get_one(model, key)
        for name, value in values.items():
            setattr(row, name, value)


def about_the_own_office(made: Answering) -> None:
    change(made, Claim, made.claim_id, concerns_own=True, concerns_unit_id=made.office.unit_id)


def sensitive_and_seen_once(made: Answering) -> None:
    change(made, Claim, made.claim_id, sensitive=True)
    judge.confirm(made.desk, actor(made.office, "xa.ban"), verdict_of(made), version(made), REASON)


def evidence_changed(made: Answering) -> None:
    piece = NewEvidence("document", "Báo cáo thêm", "Số liệu mới.", "Công ty Thủy nông")
    claims.add_evidence(made.desk, actor(made.office, "hanh.dt"), made.claim_id, piece)


def given_back(made: Answering) -> None:
    judge.give_back(made.desk, actor(made.office, "xa.ban"), verdict_of(made), version(made), REASON)


def evidence_of_a_neighbour(made: Answering) -> None:
    piece = NewEvidence("document", "Giấy của phường", "Chữ.", "Trạm y tế")
    claims.add_evidence(made.desk, actor(made.office, "xa.ban"), made.claim_id, piece)


def fallen(made: Answering) -> None:
    with made.desk.store.read() as session:
        pieces = list(session.scalars(select(Evidence.id).where(Evidence.claim_id == made.claim_id)))
    for piece in pieces:
        claims.remove_evidence(made.desk, actor(made.office, "hanh.dt"), piece, REASON)


def withdrawn(made: Answering) -> None:
    withdrawing.withdraw(made.desk, actor(made.office, "hanh.dt"), made.claim_id, version(made), REASON)


def criticism(made: Answering) -> None:
    """Judged to be criticism after documents had been chosen: nothing may be drafted."""
    change(made, VerdictRecord, verdict_of(made), verdict="opinion", sub_verdict="criticism")
    change(made, Claim, made.claim_id, verdict="opinion", sub_verdict="criticism")


def replying(made: Answering) -> None:
    criticism(made)
    change(made, Incident, made.incident_id, state="replying", chosen=["reply"])


def outside(made: Answering) -> None:
    change(made, Incident, made.incident_id, chosen=["D5", "D9"])


def tagged_by_a_colleague(made: Answering) -> None:
    """The officer tagged last, but the office's tag is a colleague's."""
    story = made.office.stories["lua"]
    with made.desk.store.write() as session:
        row = session.get_one(StoryOffice, (story, made.office.unit_id))
        row.tag, row.tagged_by = "watch", made.office.accounts["kiem.nhiem"]
        session.add(
            TagEvent(
                story_id=story,
                tag="watch",
                before="accurate",
                account_id=row.tagged_by,
                unit_id=row.unit_id,
                at=made.office.clock.at,
            )
        )


def in_state(name: str) -> Callable[[Answering], None]:
    def set_state(made: Answering) -> None:
        change(
            made, Incident, made.incident_id, state=name, resume_state="dossier" if name == "paused" else ""
        )

    set_state.__name__ = name
    return set_state


def heard(stance: str, said: str = "") -> Callable[[Answering], None]:
    def suggest(made: Answering) -> None:
        with made.desk.store.write() as session:
            item = session.get_one(Item, made.office.items["dien"])
            session.add(
                ClaimSuggestion(
                    item_id=item.id,
                    claim_id=made.claim_id,
                    score=0.8,
                    stance=stance,
                    details={"span": [0, 20]},
                    found_at=made.office.clock.at,
                )
            )
            story = item.story_id
        if said:
            hanh = actor(made.office, "hanh.dt")
            known_claims.answer(made.desk, hanh, story or 0, made.claim_id, said)

    suggest.__name__ = f"{stance}{'-' if said else ''}{said}"
    return suggest


def nothing(made: Answering) -> None:
    del made


STATES: list[tuple[str, Callable[[Answering], None]]] = [
    *((step, nothing) for step in STEPS),
    ("claim", withdrawn),
    ("claim", tagged_by_a_colleague),
    ("evidence", evidence_of_a_neighbour),
    ("proposed", about_the_own_office),
    ("proposed", sensitive_and_seen_once),
    ("proposed", evidence_changed),
    ("proposed", given_back),
    ("confirmed", fallen),
    ("confirmed", criticism),
    ("chosen", replying),
    ("chosen", criticism),
    ("chosen", outside),
    *(("drafted", in_state(name)) for name in ("paused", "transferred", "closed")),
    *(("queued", in_state(name)) for name in ("published", "follow_up")),
    *(("assessed", heard(stance)) for stance in ("repeats", "denies")),
    *(("assessed", heard("denies", said)) for said in ("right", "denial", "wrong")),
]


@pytest.fixture(scope="module")
def built(office_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, Any]]:
    """The office with two more people, brought as far as asked; each step once."""
    template, folder = office_template
    kept: dict[str, tuple[Any, Any]] = {}

    def until(step: str) -> tuple[Any, Any]:
        if step not in kept:
            home = tmp_path_factory.mktemp(step)
            office = with_parts(copy_office(template, folder, home))
            with office.desk.store.read() as session:
                city = session.scalars(select(Unit.id).where(Unit.locality == "31")).one()
            ids = dict(office.accounts)
            for name, unit, roles in (
                ("thanh.pho", city, {Role.OFFICER, Role.VERIFIER}),
                (
                    "kiem.nhiem",
                    office.unit_id,
                    {Role.OFFICER, Role.VERIFIER, Role.DRAFTER, Role.SPOKESPERSON},
                ),
            ):
                ids[name] = accounts.create(
                    office.desk, None, name, name, "Công chức", f"{name}@example.vn", unit, roles, PASSWORD
                ).account_id
            made = go_on(replace(office, accounts=ids), step)
            made.desk.store.close()
            kept[step] = made, home
        return kept[step]

    return until


class _Undone(Exception):
    pass


@contextmanager
def nothing_kept(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every write transaction runs to its end and is rolled back: each form meets the same state."""
    write = Store.write

    @contextmanager
    def tried(self: Store) -> Iterator[Any]:
        try:
            with write(self) as session:
                yield session
                session.flush()
                raise _Undone
        except _Undone:
            pass

    with patch.context() as inside:
        inside.setattr(Store, "write", tried)
        yield


def sent_as_rendered(form: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, fields) for every button of the form and every option of its radios; what must be written is written."""
    fields: dict[str, Any] = {}
    for name, value in form.form_values():
        fields[name] = [*fields[name], value] if isinstance(fields.get(name), list) else value
    for area in form.xpath(".//textarea | .//input[@type='text' or not(@type)]"):
        name = area.get("name")
        if name and not str(fields.get(name, "")).strip() and not name.endswith(("url", "as_of")):
            fields[name] = REASON
    boxes = [
        box.get("name") for box in form.xpath(".//input[@type='checkbox' and contains(@name, 'answers')]")
    ]
    if boxes and boxes[0] not in fields:
        fields[boxes[0]] = form.xpath(".//input[@type='checkbox' and contains(@name, 'answers')]")[0].get(
            "value"
        )
    radios: dict[str, dict[str, str]] = {}
    for option in form.xpath(".//input[@type='radio']"):
        # of a verdict's kinds the first: the rules look at the verdict
        kinds = radios.setdefault(option.get("name"), {})
        kinds.setdefault(option.get("value").partition(":")[0], option.get("value"))
    for name, values in radios.items():
        fields.setdefault(name, next(iter(values.values())))
    ways = [dict(fields)]
    for name, values in radios.items():
        ways = [{**ways[0], name: value} for value in values.values()] + ways[1:]
    buttons = form.xpath(".//button[not(@type) or @type='submit']")
    # the tags stand side by side and are refused or taken alike
    tags = [button for button in buttons if button.get("name") == "tag"][1:]
    for button in (one for one in buttons if one not in tags):
        more = {button.get("name"): button.get("value", "")} if button.get("name") else {}
        for way in ways:
            yield button.get("formaction") or form.action, {**way, **more}


def pages_of(made: Answering) -> list[str]:
    stories = [made.office.stories[name] for name in ("de", "dien", "lua", "duong")]
    return [
        f"/claims/{made.claim_id}",
        f"/incidents/{made.incident_id}",
        *(f"/stories/{one}" for one in stories),
    ]


#: tried with every change; the others are long
SOME = {"proposed-about_the_own_office"}


def _named(step: str, then: Callable[[Answering], None]) -> Any:
    name = f"{step}-{then.__name__}"
    return pytest.param(step, then, id=name, marks=[] if name in SOME else [pytest.mark.long])


@pytest.mark.parametrize(("step", "then"), [_named(*state) for state in STATES])
def test_every_form_is_taken(
    built: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, step: str, then: Callable[[Answering], None]
) -> None:
    template, home = built(step)
    office = copy_office(template.office, home, tmp_path / "home")
    office.clock.at = template.office.clock.at
    desk = replace(template.desk, store=office.desk.store, clock=office.clock, captures=office.desk.captures)
    made = replace(template, office=replace(office, desk=desk), desk=desk)
    then(made)
    app = create_app(desk, WebSettings(secret_key=SECRET, environment="test"))
    tried, refused = 0, list[str]()
    # every second account in turn: each of them meets half of the states, each state half of them
    for name in PEOPLE[STATES.index((step, then)) % 2 :: 2]:
        somebody, sent = Person(app).log_in(name), set[tuple[str, str]]()
        with nothing_kept(monkeypatch):
            for page in pages_of(made):
                shown = somebody.get(page)
                if shown.status_code != 200:
                    assert shown.status_code in {403, 404}, (name, page)
                    continue
                tree = parse(shown.text)
                forms = tree.xpath("//main//form[@method='post']")
                for link in set(
                    tree.xpath(
                        "//main//a[contains(@href, '/claim') and starts-with(@href, '/stories/')]/@href"
                    )
                ):
                    forms += parse(somebody.get(link).text).xpath("//form[@data-claim-form]")
                for form in forms:
                    for address, data in sent_as_rendered(form):
                        key = (
                            address,
                            str(
                                sorted(
                                    (at, str(one))
                                    for at, one in data.items()
                                    if at not in {"next", "csrf_token"}
                                )
                            ),
                        )
                        if key in sent:
                            continue
                        sent.add(key)
                        answer = somebody.client.post(address, data=data)
                        tried += 1
                        if answer.status_code not in {200, 303}:
                            refused.append(f"{answer.status_code} {name} {page} {address}")
    desk.store.close()
    assert refused == []
    assert tried > 20
