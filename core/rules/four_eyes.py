"""Second-person rules, by account and office number, never by the name of a role (domain.md §2, tighter rules; G4, G13).

Each function raises :class:`core.errors.RuleBroken` with what may be done instead, or returns.
"""

from __future__ import annotations

from collections.abc import Collection

from core.errors import RuleBroken
from core.rules.vocabulary import ApprovalStep, Verdict

#: the order of approval; every step, the last by the spokesperson
STEPS: tuple[ApprovalStep, ...] = (ApprovalStep.CONTENT, ApprovalStep.SECRECY, ApprovalStep.SPOKESPERSON)

STEP_VI: dict[ApprovalStep, str] = {
    ApprovalStep.CONTENT: "duyệt nội dung",
    ApprovalStep.SECRECY: "rà bí mật và dữ liệu cá nhân",
    ApprovalStep.SPOKESPERSON: "người phát ngôn duyệt",
}


def confirmer_is_another(proposer: int, confirmer: int, *, first_reviewer: int | None = None) -> None:
    """The person who proposed a verdict, or reviewed it first, can never be the (second) confirmer."""
    if confirmer == proposer:
        raise RuleBroken(
            "four_eyes",
            "Người đề xuất không được tự xác nhận kết luận của mình.",
            "The proposer of a verdict cannot confirm it.",
            lawful="Nhờ người xác nhận khác; ở xã chỉ có một người, lãnh đạo xác nhận.",
        )
    if first_reviewer is not None and confirmer == first_reviewer:
        raise RuleBroken(
            "G13",
            "Nội dung nhạy cảm cần hai người xác nhận khác nhau; tài khoản này đã xác nhận lần một.",
            "A sensitive claim needs two different reviewers.",
            lawful="Chờ người xác nhận thứ hai.",
        )


def confirmer_office(
    verdict: Verdict,
    *,
    confirmer_unit: int,
    confirmer_ancestors: Collection[int],
    concerned: Collection[int],
    related: Collection[int],
    once: Collection[int] = (),
) -> None:
    """A claim about an office cannot be given Sai lệch by anyone of that office, nor of one below it.

    ``concerned``: offices whose act, leaders or staff the claim is about. ``related``: offices that may confirm at all (the
    working office, its parents, its neighbours). ``confirmer_ancestors``: the offices above the confirmer's own.
    ``once``: offices that the confirmer's account ever belonged to: moving an account next door makes nobody independent.
    """
    if verdict == Verdict.MISLEADING and concerned:
        inside = any(unit in concerned for unit in (confirmer_unit, *confirmer_ancestors, *once))
        if inside:
            raise RuleBroken(
                "own_unit",
                "Tuyên bố này nói về cơ quan, lãnh đạo hoặc cán bộ của một đơn vị, nên không ai thuộc hoặc từng thuộc đơn vị đó được xác nhận Sai lệch.",
                "Nobody of the office that a claim is about can confirm that it is misleading.",
                lawful="Nhờ người xác nhận của đơn vị cấp trên hoặc đơn vị lân cận; chưa có thì để “Chưa đủ căn cứ”.",
            )
    if confirmer_unit not in related:
        raise RuleBroken(
            "own_unit",
            "Chỉ người xác nhận của đơn vị phụ trách, đơn vị cấp trên hoặc đơn vị lân cận mới được xác nhận kết luận này.",
            "Only a verifier of the working office, its parent or a neighbour can confirm this verdict.",
            lawful="Chuyển cho người xác nhận của đơn vị có liên quan.",
        )


def approver_is_no_editor(approver: int, editors: Collection[int]) -> None:
    """Nobody who drafted or edited any version of a document can approve it."""
    if approver in editors:
        raise RuleBroken(
            "four_eyes",
            "Người đã soạn hoặc sửa văn bản này không được duyệt chính văn bản đó.",
            "A drafter or editor of the document cannot approve it.",
            lawful="Nhờ người duyệt chưa từng sửa văn bản này.",
        )


def next_step(approved: Collection[ApprovalStep]) -> ApprovalStep | None:
    """The step whose turn it is for the present version; None when all are done."""
    return next((step for step in STEPS if step not in approved), None)


def in_order(step: ApprovalStep, approved: Collection[ApprovalStep]) -> None:
    """Steps go content, secrecy, spokesperson; none is skipped and none is done twice on one version."""
    turn = next_step(approved)
    if turn != step:
        raise RuleBroken(
            "order",
            f"Chưa đến lượt bước “{STEP_VI[step]}”."
            if turn is not None
            else "Bản này đã được duyệt đủ các bước.",
            f"Step {step} is not the next one.",
            lawful=f"Bước tiếp theo: {STEP_VI[turn]}." if turn is not None else "",
        )
