from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import Forbidden
from core.rules import permissions
from core.rules.permissions import ACTS, allowed, require
from core.rules.vocabulary import Role

SERVICES = Path(permissions.__file__).parents[1] / "services"


@dataclass(frozen=True)
class Somebody:
    roles: frozenset[Role]


def test_an_unknown_act_and_no_role_are_allowed_nothing() -> None:
    assert not allowed(Role, "story.explode")
    assert not any(allowed([], act) for act in ACTS)


@pytest.mark.parametrize(
    "act",
    [
        act
        for act in ACTS
        if act.split(".")[0] in {"story", "claim", "evidence", "verdict", "incident", "document"}
    ],
)
def test_the_administrator_configures_and_decides_nothing(act: str) -> None:
    assert not allowed([Role.ADMINISTRATOR], act)


def test_the_auditor_changes_nothing() -> None:
    own = {"account.log_out", "account.change_password", "account.set_preferences"}
    assert {act for act in ACTS if allowed([Role.AUDITOR], act) and not act.endswith(".read")} <= own


@pytest.mark.parametrize(
    ("role", "act"),
    [
        (Role.OFFICER, "verdict.confirm"),
        (Role.DRAFTER, "document.decide.content"),
        (Role.DRAFTER, "document.decide.spokesperson"),
        (Role.PUBLISHER, "document.issue"),
        (Role.OFFICER, "incident.choose"),
        (Role.VERIFIER, "verdict.propose"),
    ],
)
def test_a_role_does_not_do_the_other_persons_part(role: Role, act: str) -> None:
    assert not allowed([role], act)


def test_require_speaks_vietnamese_and_names_the_act() -> None:
    require(Somebody(frozenset({Role.OFFICER})), "story.tag")
    with pytest.raises(Forbidden, match=r"story\.tag") as caught:
        require(Somebody(frozenset({Role.SIGNER})), "story.tag")
    assert "Vai trò" in caught.value.message("vi")


def test_every_act_that_a_service_asks_for_is_in_the_table() -> None:
    asked: set[str] = set()
    for path in SERVICES.glob("*.py"):
        asked |= set(re.findall(r'\brequire\(actor, "([a-z_.]+)"\)', path.read_text(encoding="utf-8")))
    assert len(asked) > 5
    assert asked <= set(ACTS)
