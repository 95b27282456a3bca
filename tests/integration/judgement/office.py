"""A small world for judging: a city and two communes, their people, a story that can be told, on a real database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select, text

from alerts.documents.renderer import OfficialRenderer
from config.captures import CaptureFolder
from config.legal import load_profiles
from config.response import load_matrix
from core.ports import Analyst
from core.queries.offices import OwnView, view
from core.records.account import Account, AccountRole
from core.records.all_tables import Table
from core.records.audit import AuditRow
from core.records.claim import Claim
from core.records.document import Document
from core.records.engine import Store
from core.records.incident import Incident
from core.records.item import Item, Story, StoryOffice, TagEvent
from core.records.source import Source
from core.records.unit import Unit
from core.rules.vocabulary import Role
from core.services import answer, approve, claims, draft, judge, publish
from core.services.claim_form import NewEvidence
from core.services.desk import Actor, Desk
from crawlers.registry import KindRegistry

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DYKE = "Đê Bến Trại vỡ rồi, cả xã Chí Minh phải sơ tán ngay trong đêm"
DYKE_POST = f"KHẨN CẤP bà con ơi! {DYKE}. Nước vào tới đường trục rồi."
DYKE_NEUTRAL = "Đê Bến Trại bị vỡ và toàn bộ người dân xã phải sơ tán trong đêm bão."
FEE = "Khoản tiền thu gom rác quý này của tổ dân phố số 4, phường Thiên Hương bị thu hai lần."
FEE_POST = f"{FEE} Các hộ đưa ra hai biên lai khác số, cùng ghi một kỳ."

SPEAKER = {
    "name": "Nguyễn Thế Vinh",
    "title": "Phó Chủ tịch Ủy ban nhân dân xã",
    "phone": "0225 000 0131",
    "email": "phatngon@xachiminh.example",
}


@dataclass
class TestClock:
    """A clock that the test moves."""

    __test__ = False
    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class World:
    """The desk, the people by name, and short ways through the services."""

    desk: Desk
    clock: TestClock
    units: dict[str, int]
    people: dict[str, Actor]
    counter: list[int] = field(default_factory=lambda: [0])

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]

    # --- reading back ---

    def get(self, model: type[Any], key: int) -> Any:
        with self.desk.store.read() as session:
            return session.get(model, key)

    def audit(self, act: str = "", *, refused: bool | None = None) -> list[AuditRow]:
        with self.desk.store.read() as session:
            query = select(AuditRow).order_by(AuditRow.id)
            if act:
                query = query.where(AuditRow.act == act)
            if refused is not None:
                query = query.where(AuditRow.refused.is_(refused))
            return list(session.scalars(query))

    def own(self, story_id: int, who: str = "officer") -> OwnView:
        """The story as somebody's office sees it."""
        with self.desk.store.read() as session:
            return view(session, story_id, self[who].unit_id)

    def version(self, model: type[Any], key: int) -> int:
        return int(self.get(model, key).version)

    # --- telling a story ---

    def story(
        self,
        body: str = DYKE_POST,
        title: str = "",
        *,
        source: str | None = "song-que",
        copy_of: int | None = None,
    ) -> tuple[int, int]:
        self.counter[0] += 1
        number = self.counter[0]
        with self.desk.store.write() as session:
            story = Story(
                title=title or body[:80],
                first_seen_at=self.clock.at,
                last_seen_at=self.clock.at,
                need_parts=[],
            )
            session.add(story)
            session.flush()
            item = Item(
                source_id=source,
                url=f"https://song-que.example/{number}",
                canonical_url=f"https://song-que.example/{number}",
                url_sha256=f"{number:064d}",
                title=title,
                text=body,
                first_seen_at=self.clock.at,
                content_sha256="0" * 64,
                story_id=story.id,
                copy_of_id=copy_of,
                warnings=[],
            )
            session.add(item)
            session.flush()
            return story.id, item.id

    def more(self, story_id: int, body: str, title: str = "") -> int:
        other, item_id = self.story(body, title)
        with self.desk.store.write() as session:
            item = session.get(Item, item_id)
            assert item is not None
            item.story_id = story_id
        assert other
        return item_id

    def tag(self, story_id: int, tag: str, who: str) -> None:
        with self.desk.store.write() as session:
            actor = self[who]
            session.add(
                TagEvent(
                    story_id=story_id,
                    tag=tag,
                    account_id=actor.account_id,
                    unit_id=actor.unit_id,
                    at=self.clock.at,
                )
            )

    def tag_alike(self, *story_ids: int, who: str = "officer") -> None:
        """The same tag of the office on each, so that they may be merged."""
        with self.desk.store.write() as session:
            for story_id in story_ids:
                row = session.get(StoryOffice, (story_id, self[who].unit_id))
                if row is None:
                    row = StoryOffice(story_id=story_id, unit_id=self[who].unit_id, version=0)
                    session.add(row)
                row.tag = "suspected"

    def claim(
        self,
        who: str = "officer",
        body: str = DYKE_POST,
        quote: str = DYKE,
        neutral: str = DYKE_NEUTRAL,
        **more: Any,
    ) -> int:
        source = more.pop("source", "song-que")
        story_id, item_id = self.story(body, source=source)
        return claims.open_claim(self.desk, self[who], story_id, 1, item_id, quote, neutral, **more)

    def authority(self, claim_id: int, who: str = "officer", **change: Any) -> int:
        new = NewEvidence(
            kind="measurement",
            title="Nhật ký tuần đê số 12",
            body="Mực nước cao nhất +3,42 m.",
            source_name="Hạt Quản lý đê",
            competent_authority=True,
            as_of="21 giờ 05 phút ngày 22/11/2026",
        )
        return claims.add_evidence(self.desk, self[who], claim_id, replace(new, **change))

    def propose(
        self, claim_id: int, verdict: str = "misleading", sub: str = "false", who: str = "officer"
    ) -> int:
        reason = "Nhật ký tuần đê và kết quả kiểm tra của cơ quan quản lý cho thấy nội dung không đúng."
        return judge.propose(
            self.desk, self[who], claim_id, self.version(Claim, claim_id), verdict, sub, reason
        )

    def confirm(
        self,
        verdict_id: int,
        claim_id: int,
        who: str = "verifier",
        comment: str = "Đã đối chiếu đủ bằng chứng.",
    ) -> bool:
        return judge.confirm(self.desk, self[who], verdict_id, self.version(Claim, claim_id), comment)

    def judged(
        self, verdict: str = "misleading", sub: str = "false", who: str = "officer", **more: Any
    ) -> int:
        claim_id = self.claim(who, **more)
        self.authority(claim_id, who)
        self.confirm(self.propose(claim_id, verdict, sub, who), claim_id)
        return claim_id

    def incident(self, claim_id: int, who: str = "officer") -> int:
        claim: Claim = self.get(Claim, claim_id)
        return answer.open_incident(self.desk, self[who], claim.story_id, "Tin vỡ đê trong đêm bão")

    def assess(self, incident_id: int, spread: str = "R2", harm: str = "H3", *, impact: bool = True) -> None:
        answer.assess(
            self.desk, self["officer"], incident_id, self.version(Incident, incident_id), spread, harm, impact
        )

    def choose(self, incident_id: int, answers: list[str], reason: str = "", *, silent: bool = False) -> None:
        answer.choose(
            self.desk,
            self["spokesperson"],
            incident_id,
            self.version(Incident, incident_id),
            answers,
            reason,
            silent,
        )

    def dossier(self, claim_id: int | None = None) -> int:
        """An incident with a standing Sai lệch, D1 and D3 chosen, a fact line: ready to draft."""
        claim_id = claim_id or self.judged()
        incident_id = self.incident(claim_id)
        with self.desk.store.read() as session:
            evidence_id = session.execute(
                text("SELECT min(id) FROM evidence WHERE claim_id = :c"), {"c": claim_id}
            ).scalar_one()
        fact = "Đê Bến Trại không vỡ, mực nước cao nhất thấp hơn mặt đê 1,1 m"
        answer.add_fact(
            self.desk,
            self["officer"],
            incident_id,
            "đê vỡ",
            fact,
            evidence_id,
            "21 giờ 05 phút ngày 22/11/2026",
        )
        self.assess(incident_id)
        self.choose(incident_id, ["D1", "D3"], "Đã phát loa và đăng cổng bằng đường khác.")
        return incident_id

    def filled(self, document_id: int) -> int:
        """Fill every placeholder as a drafter would; returns the new version."""
        version, content = draft.load(self.desk, document_id)
        values = {}
        for one in content.texts():
            rest = one
            while "[" in rest:
                start = rest.index("[")
                stop = rest.index("]", start) + 1
                values[rest[start:stop]] = (
                    "kiểm tra toàn tuyến và thông báo trên loa truyền thanh lúc 21 giờ ngày 22/11/2026"
                )
                rest = rest[stop:]
        return draft.save(
            self.desk, self["officer"], document_id, version, content.filled(values, source="Sổ trực xã")
        )

    def submitted(self, incident_id: int, kind: str = "D1") -> tuple[int, int, str]:
        document_id = draft.make(self.desk, self["officer"], incident_id, kind)
        version = self.filled(document_id)
        return document_id, version, draft.submit(self.desk, self["officer"], document_id, version)

    def approve(self, document_id: int, version: int, sha: str) -> None:
        for step, who in (("content", "verifier"), ("secrecy", "verifier"), ("spokesperson", "spokesperson")):
            approve.decide(self.desk, self[who], document_id, version, sha, step, "approved")

    def issued(self, incident_id: int, kind: str = "D1", number: str = "5") -> int:
        document_id, version, sha = self.submitted(incident_id, kind)
        self.approve(document_id, version, sha)
        approve.tick_checked(self.desk, self["spokesperson"], document_id, version)
        publish.issue(
            self.desk, self["officer"], document_id, version, number, self.clock.at.date(), "Nguyễn Thế Vinh"
        )
        return document_id

    def document_state(self, document_id: int) -> str:
        return str(self.get(Document, document_id).state)

    def state(self, incident_id: int) -> str:
        return str(self.get(Incident, incident_id).state)


PEOPLE: dict[str, tuple[str, str, tuple[Role, ...]]] = {
    "officer": ("11131", "Đỗ Thị Hạnh", (Role.OFFICER, Role.DRAFTER, Role.PUBLISHER, Role.CLERK)),
    "verifier": ("11131", "Phạm Văn Lực", (Role.MANAGER, Role.VERIFIER, Role.CONTENT_APPROVER)),
    "verifier2": ("11131", "Bùi Thị Nga", (Role.VERIFIER, Role.CONTENT_APPROVER)),
    "spokesperson": ("11131", "Nguyễn Thế Vinh", (Role.SPOKESPERSON, Role.SIGNER)),
    "admin": ("11131", "Lê Minh Đức", (Role.ADMINISTRATOR,)),
    "everything": ("11131", "Trần Thị Lan", tuple(Role)),
    "ward": (
        "11557",
        "Vũ Quốc Bảo",
        (Role.OFFICER, Role.VERIFIER, Role.DRAFTER, Role.SPOKESPERSON, Role.CONTENT_APPROVER),
    ),
    "ward2": ("11557", "Trần Thị Mai", (Role.OFFICER, Role.VERIFIER, Role.CONTENT_APPROVER)),
    "city": ("31", "Hoàng Kim Oanh", (Role.OFFICER, Role.VERIFIER)),
    "far": ("15664", "Lê Văn Đông", (Role.VERIFIER,)),
}


_template: list[tuple[bytes, dict[str, int], dict[str, Actor]]] = []


def build(url: str, folder: Path) -> World:
    """A world on an empty database. The first SQLite one is kept in memory, the next are copies of it."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        if not _template:
            first = _people(url, folder)
            first.desk.store.close()
            _template.append((path.read_bytes(), first.units, first.people))
        data, units, people = _template[0]
        path.write_bytes(data)
        clock = TestClock()
        return World(_desk(url, folder, clock), clock, dict(units), dict(people))
    return _people(url, folder)


def _desk(url: str, folder: Path, clock: TestClock) -> Desk:
    return Desk(
        store=Store(url),
        clock=clock,
        analyst=cast("Analyst", None),
        renderer=OfficialRenderer(),
        captures=CaptureFolder(folder / "captures"),
        profiles=load_profiles(),
        matrix=load_matrix(),
        kinds=KindRegistry(),
        mail_from="vanthu@xachiminh.example",
    )


def _people(url: str, folder: Path) -> World:
    clock = TestClock()
    desk = _desk(url, folder, clock)
    store = desk.store
    Table.metadata.create_all(store.engine)
    units: dict[str, int] = {}
    with store.write() as session:
        for code, level, name, parent in (
            ("31", "province", "thành phố Hải Phòng", None),
            ("38", "province", "tỉnh Thanh Hóa", None),
            ("11131", "commune", "xã Chí Minh", "31"),
            ("11557", "commune", "phường Thiên Hương", "31"),
            ("15664", "commune", "xã Triệu Sơn", "38"),
        ):
            details: dict[str, Any] = {
                "place": name,
                "superior": "Ủy ban nhân dân thành phố Hải Phòng",
                "province": "thành phố Hải Phòng",
            }
            details |= {
                "code": "UBND",
                "archive": "VT, VHXH",
                "spokesperson": SPEAKER,
                "portal": f"Cổng thông tin điện tử {name}",
            }
            unit = Unit(
                locality=code,
                level=level,
                name=f"Ủy ban nhân dân {name}",
                short_name=name,
                parent_id=units.get(parent) if parent else None,
                details=details,
            )
            session.add(unit)
            session.flush()
            units[code] = unit.id
        for source_id, domestic, social in (
            ("song-que", True, True),
            ("ben-song", True, False),
            ("delta-ledger", False, False),
        ):
            session.add(
                Source(
                    id=source_id,
                    name=source_id,
                    kind="feed",
                    url=f"https://{source_id}.example/feed",
                    domestic=domestic,
                    social=social,
                    rules={},
                    created_at=START,
                )
            )
        people: dict[str, Actor] = {}
        for username, (code, name, roles) in PEOPLE.items():
            account = Account(
                username=username,
                display_name=name,
                position="Công chức",
                unit_id=units[code],
                password_hash="x",
                created_at=START,
            )
            session.add(account)
            session.flush()
            session.add_all(AccountRole(account_id=account.id, role=role) for role in roles)
            people[username] = Actor(
                account.id, username, name, "Công chức", units[code], frozenset(roles), address="127.0.0.1"
            )
    return World(desk, clock, units, people)
