"""The state machines, cell by cell: every state × every act."""

from __future__ import annotations

import itertools

import pytest

from core.errors import RuleBroken
from core.rules.four_eyes import (
    STEPS,
    approver_is_no_editor,
    confirmer_is_another,
    confirmer_office,
    in_order,
    next_step,
)
from core.rules.vocabulary import ApprovalStep, DocumentState, IncidentState, Verdict
from core.rules.workflow import DOCUMENT_MOVES, DOCUMENT_STATES, Act, allowed_acts, document_target, target

S = IncidentState
WORK = [state for state in S if state not in {S.CLOSED, S.PAUSED, S.TRANSFERRED}]

#: domain.md §2 "Allowed moves", written down a second time
LAW: dict[IncidentState, dict[Act, IncidentState]] = {
    S.RECEIVED: {Act.BEGIN: S.VERIFYING},
    S.VERIFYING: {Act.CONCLUDE: S.CONCLUDED},
    S.CONCLUDED: {Act.ASSESS: S.ASSESSING},
    S.ASSESSING: {
        Act.ASSESS: S.ASSESSING,
        Act.CHOOSE_ANSWER: S.DOSSIER,
        Act.CHOOSE_REPLY: S.REPLYING,
        Act.CHOOSE_QUIET: S.FOLLOW_UP,
    },
    S.REPLYING: {Act.RECORD_REPLY: S.FOLLOW_UP},
    S.DOSSIER: {Act.DRAFT: S.DRAFTING, Act.RECORD_OUTSIDE: S.FOLLOW_UP},
    S.DRAFTING: {Act.SUBMIT: S.APPROVAL},
    S.APPROVAL: {Act.RETURN: S.DRAFTING, Act.ISSUE: S.ISSUED},
    S.ISSUED: {Act.PUBLISH: S.PUBLISHED},
    S.PUBLISHED: {Act.FOLLOW_UP: S.FOLLOW_UP},
    S.FOLLOW_UP: {
        Act.FOLLOW_UP: S.FOLLOW_UP,
        Act.STILL_SPREADING: S.ASSESSING,
        Act.NEW_EVIDENCE: S.VERIFYING,
        Act.CLOSE: S.CLOSED,
    },
    S.CLOSED: {Act.REOPEN: S.VERIFYING},
    S.PAUSED: {Act.RESUME: S.VERIFYING, Act.TRANSFER: S.TRANSFERRED},
    S.TRANSFERRED: {Act.REOPEN: S.VERIFYING},
}
for state in WORK:
    LAW[state] |= {Act.PAUSE: S.PAUSED, Act.TRANSFER: S.TRANSFERRED}
    if state not in {S.RECEIVED, S.VERIFYING}:
        LAW[state][Act.REOPEN_CLAIM] = S.VERIFYING


@pytest.mark.parametrize(("state", "act"), list(itertools.product(S, Act)))
def test_every_state_and_act(state: IncidentState, act: Act) -> None:
    if act in LAW[state]:
        assert target(act, state) == LAW[state][act]
        assert act in allowed_acts(state)
    else:
        with pytest.raises(RuleBroken) as refused:
            target(act, state)
        assert refused.value.rule == "workflow" and refused.value.vi
        assert act not in allowed_acts(state)


def test_resume_goes_back_to_a_state_of_work_only() -> None:
    assert target(Act.RESUME, S.PAUSED, resume_state="approval") == S.APPROVAL
    assert target(Act.RESUME, S.PAUSED, resume_state="closed") == S.VERIFYING


def test_no_way_to_documents_but_through_a_chosen_answer() -> None:
    """Without CHOOSE_ANSWER no state where documents are made is reached, but the quiet follow-up."""
    reached, fresh = {S.RECEIVED}, {S.RECEIVED}
    while fresh:
        fresh = {
            target(act, state) for state in fresh for act in allowed_acts(state) if act != Act.CHOOSE_ANSWER
        } - reached
        reached |= fresh
    assert reached & DOCUMENT_STATES == {S.FOLLOW_UP}


D = DocumentState
DOCUMENT_LAW = {
    "save": {D.DRAFT: D.DRAFT, D.RETURNED: D.DRAFT, D.SUBMITTED: D.DRAFT, D.APPROVED: D.DRAFT},
    "submit": {D.DRAFT: D.SUBMITTED},
    "approve": {D.SUBMITTED: D.SUBMITTED},
    "approve_last": {D.SUBMITTED: D.APPROVED},
    "return": {D.SUBMITTED: D.RETURNED, D.APPROVED: D.RETURNED},
    "issue": {D.APPROVED: D.ISSUED},
    "publish": {D.ISSUED: D.PUBLISHED, D.PUBLISHED: D.PUBLISHED},
}


@pytest.mark.parametrize(("act", "state"), list(itertools.product(DOCUMENT_LAW, D)))
def test_every_document_state_and_act(act: str, state: DocumentState) -> None:
    if state in DOCUMENT_LAW[act]:
        assert document_target(act, state) == DOCUMENT_LAW[act][state]
    else:
        with pytest.raises(RuleBroken) as refused:
            document_target(act, state)
        assert refused.value.lawful


def test_documents_have_no_other_acts() -> None:
    assert {act for act, _ in DOCUMENT_MOVES} == set(DOCUMENT_LAW)


def test_approval_order() -> None:
    assert next_step(set()) == ApprovalStep.CONTENT
    assert next_step(set(STEPS)) is None
    for done in range(3):
        for step in STEPS:
            if step == STEPS[done]:
                in_order(step, set(STEPS[:done]))
            else:
                with pytest.raises(RuleBroken):
                    in_order(step, set(STEPS[:done]))
    with pytest.raises(RuleBroken):
        approver_is_no_editor(3, {1, 3})
    approver_is_no_editor(2, {1, 3})


def test_confirmers() -> None:
    with pytest.raises(RuleBroken):
        confirmer_is_another(1, 1)
    with pytest.raises(RuleBroken):
        confirmer_is_another(1, 2, first_reviewer=2)
    confirmer_is_another(1, 3, first_reviewer=2)


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("unit", [1, 2, 3, 4, 9])
def test_offices(verdict: Verdict, unit: int) -> None:
    """1 the ward, 2 its parent, 3 its neighbour, 4 an office below the ward, 9 a stranger."""
    above = {1: [2], 2: [], 3: [2], 4: [1, 2], 9: []}[unit]
    may = unit in {2, 3} or (unit == 1 and verdict != Verdict.MISLEADING)

    def ask() -> None:
        confirmer_office(
            verdict, confirmer_unit=unit, confirmer_ancestors=above, concerned={1}, related={1, 2, 3}
        )

    if may:
        ask()
    else:
        with pytest.raises(RuleBroken) as refused:
            ask()
        assert refused.value.rule == "own_unit" and refused.value.lawful
