"""The steps of ``lamro demo --check``: each does a part of the way and reads its figure back a second way.

The second way never uses the code that made the figure: SQL on the database file, bytes of the files, what the mail server took.
A step that was cut off may be walked again: what it left behind is taken up, not done twice. A broken step (``walk.broken``) is
spoilt, or lacks what it needs, before it is read back.
"""

from __future__ import annotations

import email
import hashlib
import io
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy

from config.commands.reading import bring_index_up_to_date
from config.demo.cast import RECIPIENTS
from config.demo.home import DemoHome
from config.demo.past import Past
from config.demo.play import APPROVERS, PLACE, Director
from config.settings import Settings
from config.wiring import make_channels
from core.clock import VIETNAM
from core.finding import Filters
from core.queries import exports, positions
from core.records.incident import Incident
from core.rules.vocabulary import Decision, DocumentState, Tag
from core.services import answer, approve, dispatch, draft, publish, searching
from core.services import digest as digests
from core.services.desk import Desk

#: the past is told up to this day of the script: the night of the storm and the day after
UNTIL = -19
LINE = "T1"
FILLING = "bố trí lực lượng tuần tra đê suốt đêm, đón 14 hộ ở bãi ngoài đê về Trường Tiểu học xã"


class StepFailed(Exception):
    """What a step says when its figure does not agree with what was read back."""


@dataclass(slots=True)
class Walk:
    """One run of the way: the home, the desk, and what earlier steps left behind (kept in the home's state)."""

    home: DemoHome
    settings: Settings
    desk: Desk
    director: Director
    broken: str

    def sql(self, statement: str, *values: object) -> int:
        """One number, straight from the database file."""
        with closing(sqlite3.connect(f"file:{self.home.path / 'lamro.db'}?mode=ro", uri=True)) as database:
            return int(database.execute(statement, values).fetchone()[0] or 0)

    def spoil(self, statement: str, *values: object) -> None:
        """Change the database behind the program's back."""
        with closing(sqlite3.connect(self.home.path / "lamro.db", timeout=10)) as database, database:
            database.execute("PRAGMA foreign_keys=OFF")
            database.execute(statement, values)

    def recall(self, name: str) -> int:
        """An id that an earlier step kept."""
        return int(self.home.state["check"][name])

    def keep(self, **ids: int) -> None:
        """Remember ids for later steps, also of a later run."""
        self.home.save(check={**self.home.state.get("check", {}), **ids})


def agree(what: str, first: object, second: object) -> None:
    """Raises :class:`StepFailed` when the two ways give different figures."""
    if first != second:
        raise StepFailed(f"{what}: chương trình nói {first}, đọc lại thấy {second}")


# --- the steps ---


def crawl(walk: Walk) -> str:
    """Four weeks begin: every source is read on its days, items and captures are there."""
    past = Past(walk.home, walk.desk, walk.settings)
    past.engage_sources()
    if walk.broken == "crawl":
        walk.home.press.stop()
    counts = past.tell(until_day=UNTIL)
    stored = walk.sql("SELECT count(*) FROM item WHERE received_via = 'crawl'")
    if stored < 20:
        raise StepFailed(f"chỉ có {stored} tin từ nguồn, cần ít nhất 20")
    if counts:
        agree("tin mới", walk.sql("SELECT sum(json_extract(counts, '$.new')) FROM crawl_run"), stored)
    captured = sum(1 for _ in walk.settings.captures_path.rglob("*.warc.gz"))
    known = walk.sql("SELECT count(DISTINCT path) FROM capture WHERE kind = 'warc'")
    if captured < known or not known:
        raise StepFailed(f"kho có {known} ảnh chụp lưu, thư mục có {captured} tệp")
    sources = walk.sql("SELECT count(*) FROM source")
    return f"{stored} tin từ {sources} nguồn, {known} ảnh chụp lưu"


def match(walk: Walk) -> str:
    """Items about the commune are those that a second match of the stored text finds; Hồ Chí Minh is not among them."""
    from indexer.analysis.places.matcher import match_text

    if walk.broken == "match":
        walk.spoil("UPDATE mention SET band = 'out' WHERE locality = '11131'")
    again = 0
    for row in exports.items(walk.desk):
        found = {
            mention.locality: mention.band for mention in match_text(f"{row.title}\n{row.text}", ["11131"])
        }
        again += found.get("11131") == "in"
    stored = walk.sql("SELECT count(*) FROM mention WHERE locality = '11131' AND band = 'in'")
    if not stored or abs(stored - again) > max(2, stored // 4):
        # The outlet's own area is a cue that a bare text does not have, so the two may differ a little, not much.
        raise StepFailed(f"kho ghi {stored} tin về xã Chí Minh, khớp lại thấy {again}")
    elsewhere = walk.sql(
        "SELECT count(*) FROM mention JOIN item ON item.id = item_id WHERE locality = '11131' AND mention.band = 'in'"
        " AND item.text LIKE '%Hồ Chí Minh%' AND item.text NOT LIKE '%xã Chí Minh%'"
    )
    agree("tin về Hồ Chí Minh bị nhận nhầm", 0, elsewhere)
    return f"{stored} tin về xã Chí Minh, khớp lại từ văn bản: {again}"


def index(walk: Walk) -> str:
    """The index holds every item, and a phrase finds what plain reading finds."""
    index = walk.desk.index
    if index is None:
        raise StepFailed("bản thử không có chỉ mục")
    bring_index_up_to_date(walk.desk)
    if walk.broken == "index":
        index.drop()
        index.create()
    stored = walk.sql("SELECT count(*) FROM item")
    agree("tin trong chỉ mục", index.stats().documents, stored)
    found = searching.search(
        walk.desk, None, '"Bến Trại"', Filters(), sort="newest", limit=50, offset=0, facets=False
    )
    plain = sum("bến trại" in f"{row.title}\n{row.text}".lower() for row in exports.items(walk.desk))
    agree("tin có cụm “Bến Trại”", found.total, plain)
    if not plain:
        raise StepFailed("không có tin nào có cụm “Bến Trại”")
    return f"{stored} tin trong chỉ mục, “Bến Trại”: {found.total} tin"


def receive(walk: Walk) -> str:
    """A text brought by hand is stored with where and when it was seen."""
    number = walk.director.receive("nt-vo-de-facebook")
    if walk.broken == "receive":
        walk.spoil("UPDATE item SET seen_where = '' WHERE id = ?", number)
    kept = walk.sql(
        "SELECT count(*) FROM item WHERE id = ? AND received_via = 'hand' AND seen_where <> '' AND seen_at IS NOT NULL",
        number,
    )
    agree("bài nhận bằng tay có nơi và giờ thấy", 1, kept)
    return f"bài nhận bằng tay số {number}, có nơi và giờ thấy"


def tag(walk: Walk) -> str:
    """A tag stands on its story and in the audit log."""
    walk.director.tag("zh-qiangzheng", Tag.WATCH)
    story = walk.director.position("zh-qiangzheng").story_id
    if walk.broken == "tag":
        walk.spoil("UPDATE story_office SET tag = '' WHERE story_id = ?", story)
    stands = walk.sql("SELECT count(*) FROM story_office WHERE story_id = ? AND tag = 'watch'", story)
    agree("nhãn của chuyện", 1, stands)
    acts = walk.sql(
        "SELECT count(*) FROM audit WHERE act = 'story.tag' AND object_id = ? AND refused = 0", str(story)
    )
    if not acts:
        raise StepFailed("nhật ký không ghi việc gắn nhãn")
    return f"chuyện {story}: theo dõi, {acts} dòng nhật ký"


def claim(walk: Walk) -> str:
    """A sentence quoted word for word becomes a claim with its evidence."""
    line = walk.director.script[LINE]
    wanted = line.claims[0]
    number = walk.sql("SELECT max(id) FROM claim WHERE quote = ?", wanted.quote)
    number = number or walk.director.open_claim(line, wanted)
    if walk.broken == "claim":
        walk.spoil("UPDATE claim SET quote = 'câu khác' WHERE id = ?", number)
    pieces = {
        piece.id: walk.sql(
            "SELECT max(id) FROM evidence WHERE claim_id = ? AND title = ?", number, piece.title
        )
        for piece in line.evidence
        if piece.id in wanted.evidence
    }
    if not all(pieces.values()):
        missing = [piece for piece in line.evidence if not pieces.get(piece.id, 1)]
        pieces |= walk.director.add_evidence(
            line.model_copy(update={"evidence": tuple(missing)}), wanted, number
        )
    walk.keep(claim=number, **{f"evidence:{name}": key for name, key in pieces.items()})
    verbatim = walk.sql(
        "SELECT count(*) FROM claim JOIN item ON item.id = item_id WHERE claim.id = ? AND instr(item.text, quote) > 0",
        number,
    )
    agree("câu trích có nguyên văn trong tin", 1, verbatim)
    agree("bằng chứng", len(pieces), walk.sql("SELECT count(*) FROM evidence WHERE claim_id = ?", number))
    return f"tuyên bố {number}, {len(pieces)} bằng chứng"


def verdict(walk: Walk) -> str:
    """Two different people judge the claim misleading."""
    line = walk.director.script[LINE]
    number = walk.recall("claim")
    proposed = walk.sql(
        "SELECT max(id) FROM verdict WHERE claim_id = ? AND state IN ('proposed', 'confirmed')", number
    )
    proposed = proposed or walk.director.propose(line.claims[0], number)
    second = "canbo" if walk.broken == "verdict" else "quanly"
    if not walk.sql("SELECT count(*) FROM verdict WHERE id = ? AND state = 'confirmed'", proposed):
        walk.director.confirm(number, proposed, second)
    two = walk.sql(
        "SELECT count(*) FROM verdict JOIN claim ON claim.id = claim_id WHERE claim_id = ? AND state = 'confirmed'"
        " AND decided_by <> proposed_by AND claim.verdict = 'misleading'",
        number,
    )
    agree("kết luận do hai người", 1, two)
    return "Sai lệch, do hai người khác nhau kết luận"


def incident(walk: Walk) -> str:
    """The incident runs its 24-hour clock and has its lines of fact."""
    line = walk.director.script[LINE]
    number = walk.sql("SELECT incident_id FROM claim WHERE id = ?", walk.recall("claim"))
    number = number or walk.director.begin_incident(LINE)
    if walk.broken == "incident":
        walk.spoil("DELETE FROM deadline WHERE incident_id = ?", number)
    for fact in line.facts:
        if walk.sql("SELECT count(*) FROM fact_line WHERE incident_id = ? AND fact = ?", number, fact.fact):
            continue
        evidence = walk.home.state["check"].get(f"evidence:{fact.evidence}")
        answer.add_fact(walk.desk, walk.director.actor("canbo"), number, fact.part, fact.fact, evidence, "")
    walk.keep(incident=number)
    clocks = walk.sql("SELECT count(*) FROM deadline WHERE incident_id = ? AND kind = 'A'", number)
    agree("đồng hồ phát ngôn 24 giờ", 1, clocks)
    facts = walk.sql("SELECT count(*) FROM fact_line WHERE incident_id = ?", number)
    agree("dòng sự thật", len(line.facts), facts)
    return f"vụ việc {number}, {facts} dòng sự thật, đồng hồ 24 giờ chạy"


def choose(walk: Walk) -> str:
    """The spokesperson chooses what the matrix suggests."""
    number = walk.recall("incident")
    if not walk.sql("SELECT chosen <> '[]' FROM incident WHERE id = ?", number):
        _decide(walk, number)
    suggested = {kind for option in answer.suggestion(walk.desk, number) for kind in option}
    if not {"D1", "D3"} <= suggested:
        raise StepFailed(f"ma trận gợi ý {sorted(suggested)}, thiếu thông cáo hoặc công văn")
    agree(
        "phương án do người phát ngôn chọn",
        1,
        walk.sql('SELECT count(*) FROM incident WHERE id = ? AND chosen = \'["D1", "D3"]\'', number),
    )
    return "thông cáo báo chí và công văn thông báo, đúng gợi ý của ma trận"


def _decide(walk: Walk, number: int) -> None:
    walk.director.assess(walk.director.script[LINE], number, impact=True)
    who = "canbo" if walk.broken == "answer" else "nguoiphatngon"
    answer.choose(
        walk.desk,
        walk.director.actor(who),
        number,
        positions.version(walk.desk, Incident, number),
        ["D1", "D3"],
        "Thông cáo và công văn làm trước; tin cổng, bản tin loa do bộ phận phụ trách thực hiện theo nội dung đã duyệt.",
    )


def documents(walk: Walk) -> str:
    """Press release and notice are made, filled, submitted; their .docx says what it must."""
    sizes = []
    for kind in ("D1", "D3"):
        number = _drafted(walk, kind)
        walk.keep(**{kind: number})
        if walk.broken == "documents":
            walk.spoil(
                "UPDATE document_version SET docx = substr(docx, 1, 500) WHERE document_id = ?", number
            )
        data = _docx(walk, number)
        words = _words(data)
        for wanted in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "3,42"):
            if wanted not in words:
                raise StepFailed(f"văn bản {kind} thiếu {wanted!r}")
        sizes.append(f"{kind} {len(data)} byte")
    return ", ".join(sizes)


def _drafted(walk: Walk, kind: str) -> int:
    """The submitted document of a kind, filled as a drafter fills it; a draft that was left half-way is gone on with."""
    incident, drafter = walk.recall("incident"), walk.director.actor("canbo")
    number = walk.sql("SELECT max(id) FROM document WHERE incident_id = ? AND kind = ?", incident, kind)
    number = number or draft.make(walk.desk, drafter, incident, kind)
    if positions.of_document(walk.desk, number).state == DocumentState.DRAFT:
        version, content = draft.load(walk.desk, number)
        places = {place for text in content.texts() for place in PLACE.findall(text)}
        if places:
            later = walk.desk.clock.now().astimezone(VIETNAM) + timedelta(hours=6)
            when = f"{later.hour} giờ ngày {later.day} tháng {later.month} năm {later.year}"
            filled = {place: when if "giờ" in place else FILLING for place in places}
            draft.save(
                walk.desk, drafter, number, version, content.filled(filled, source="Nhật ký tuần đê số 12")
            )
        draft.submit(walk.desk, drafter, number, positions.of_document(walk.desk, number).version)
    return number


def _docx(walk: Walk, document_id: int) -> bytes:
    with closing(sqlite3.connect(f"file:{walk.home.path / 'lamro.db'}?mode=ro", uri=True)) as database:
        row = database.execute(
            "SELECT docx FROM document_version WHERE document_id = ? AND docx IS NOT NULL ORDER BY number DESC LIMIT 1",
            (document_id,),
        ).fetchone()
    if row is None:
        raise StepFailed(f"văn bản {document_id} chưa có tệp .docx")
    return bytes(row[0])


def _words(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml = archive.read("word/document.xml").decode("utf-8")
    except (zipfile.BadZipFile, KeyError) as error:
        raise StepFailed(f"tệp .docx hỏng: {error}") from error
    return re.sub(r"<[^>]+>", "", xml.replace("</w:p>", "\n"))


def approval(walk: Walk) -> str:
    """Three approvals bind each document to its hash, none by its drafter; both get their numbers."""
    for kind in ("D1", "D3"):
        _approved(walk, walk.recall(kind))
    done = 2 * len(APPROVERS)
    bound = walk.sql(
        "SELECT count(*) FROM approval JOIN document ON document.id = document_id WHERE approval.content_sha256 = document.content_sha256"
        " AND decision = 'approved' AND approver_id <> drafter_id"
    )
    agree("bước duyệt gắn với đúng bản, không phải người soạn", done, bound)
    return f"{done} bước duyệt gắn mã băm, 2 văn bản có số"


def _approved(walk: Walk, number: int) -> None:
    """Approve the document step by step, each by its person, then record number and date."""
    if positions.of_document(walk.desk, number).state == DocumentState.SUBMITTED:
        stands = positions.of_document(walk.desk, number)
        approve.tick_checked(walk.desk, walk.director.actor("quanly"), number, stands.version)
        for step, who in APPROVERS:
            given = "SELECT count(*) FROM approval WHERE document_id = ? AND version = ? AND step = ?"
            if walk.sql(given, number, stands.version, step):
                continue
            person = walk.director.actor("canbo" if walk.broken == "approve" else who)
            approve.decide(
                walk.desk,
                person,
                number,
                stands.version,
                stands.content_sha256,
                step,
                Decision.APPROVED,
                "Đã đọc toàn văn.",
            )
    stands = positions.of_document(walk.desk, number)
    if stands.state == DocumentState.APPROVED:
        today = walk.desk.clock.now().astimezone(VIETNAM).date()
        publisher = walk.director.actor("canbo")
        publish.issue(
            walk.desk, publisher, number, stands.version, f"{number + 10}", today, "Nguyễn Thế Vinh"
        )


def _send(walk: Walk, channel: str) -> int:
    wanted = [recipient for recipient in RECIPIENTS if recipient[1] == channel]
    queued = 0
    for kind in ("D1", "D3"):
        queued += len(publish.queue(walk.desk, walk.director.actor("canbo"), walk.recall(kind), wanted))
    channels = make_channels(walk.settings)
    dispatch.recover(walk.desk)
    for _ in range(20):
        due = dispatch.take_due(walk.desk, "check", 10, (channel,))
        if not due:
            break
        for number, name, message in due:
            dispatch.record(walk.desk, number, channels[name].send(message))
    return queued


def mail(walk: Walk) -> str:
    """The approved files reach the mail server, one mail a recipient."""
    if walk.broken == "mail":
        walk.home.mail.stop()
    queued = _send(walk, "email")
    taken = walk.home.mail.messages()
    sent = walk.sql("SELECT count(*) FROM dispatch WHERE channel = 'email' AND state = 'sent'")
    # After an interruption a mail may have come twice, under the same Message-ID.
    letters = {email.message_from_bytes(message)["Message-ID"] for message in taken}
    agree("thư đã gửi và thư máy chủ nhận", (queued, sent), (sent, len(letters)))
    issued = {hashlib.sha256(_attachment(message)).hexdigest() for message in taken}
    agree("tệp đính kèm khác nhau", 2, len(issued))
    for message in taken:
        if "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" not in _words(_attachment(message)):
            raise StepFailed("tệp đính kèm trong thư không phải văn bản đã duyệt")
    return f"{sent} thư qua SMTP, máy chủ nhận đủ {len(letters)} thư kèm .docx"


def _attachment(message: bytes) -> bytes:
    parsed = email.message_from_bytes(message, policy=policy.default)
    for part in parsed.iter_attachments():
        if str(part.get_filename() or "").endswith(".docx"):
            return bytes(part.get_payload(decode=True) or b"")
    raise StepFailed("thư không có tệp .docx đính kèm")


def folder(walk: Walk) -> str:
    """The approved files reach the folder channel."""
    if walk.broken == "folder":
        walk.settings.outgoing_path.parent.mkdir(parents=True, exist_ok=True)
        walk.settings.outgoing_path.write_text("không phải thư mục", encoding="utf-8")
    queued = _send(walk, "folder")
    files = list(walk.settings.outgoing_path.rglob("*.docx")) if walk.settings.outgoing_path.is_dir() else []
    agree("văn bản ra thư mục", queued, len(files))
    return f"{len(files)} tệp .docx trong thư mục, {sum(file.stat().st_size for file in files)} byte"


def weekly(walk: Walk) -> str:
    """The digest of the finished week names the incident, as HTML and .docx."""
    now = walk.desk.clock.now().astimezone(VIETNAM)
    year, week, weekday = now.isocalendar()
    # A week can be frozen once it is over: the clock goes on to Monday morning.
    monday = now.date() + timedelta(days=8 - weekday)
    walk.home.clock.set(
        datetime.combine(monday, datetime.min.time(), VIETNAM) + timedelta(hours=6, minutes=30)
    )
    office = next(unit for unit in exports.units(walk.desk) if unit.locality == "11131")
    number = digests.make(walk.desk, office.id, f"{year}-W{week:02d}")
    if walk.broken == "digest":
        walk.spoil("UPDATE digest SET html = '', docx = x'' WHERE id = ?", number)
    made = exports.digest_file(walk.desk, number)
    title = walk.director.script[LINE].title
    if title not in made.html:
        raise StepFailed(f"bản tin tuần không nêu vụ việc “{title}”")
    if not _words(made.docx).strip():
        raise StepFailed("bản tin .docx trống")
    stored = walk.sql("SELECT length(docx) FROM digest WHERE id = ?", number)
    agree("kích thước bản tin .docx", len(made.docx), stored)
    return f"bản tin tuần {year}-W{week:02d}: {len(made.html)} ký tự HTML, {stored} byte .docx"


#: name of a step on the command line → the step, in the order of the way
STEPS: dict[str, Callable[[Walk], str]] = {
    "crawl": crawl,
    "match": match,
    "index": index,
    "receive": receive,
    "tag": tag,
    "claim": claim,
    "verdict": verdict,
    "incident": incident,
    "answer": choose,
    "documents": documents,
    "approve": approval,
    "mail": mail,
    "folder": folder,
    "digest": weekly,
}
