"""Reads the legal profiles (``config/legal_profiles/*.yaml``): the law as dated data (decision 5).

A file names its validity, its clocks, and for each level of office and kind of document the bases, addressees, recipients and the
signer's lines. Each cited field says whether somebody compared it with the official text; nothing here supplies law by itself.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import Misconfigured
from core.rules.profiles import DocumentRule, LegalField, LegalProfile, LegalProfiles, Term
from core.rules.vocabulary import DeadlineKind, DocumentKind, Level
from core.text.yaml_text import read_yaml

FOLDER = Path(__file__).parent / "legal_profiles"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Field(_Strict):
    text: str = Field(min_length=1, max_length=500)
    verified: bool
    source: str = ""

    @model_validator(mode="after")
    def _verified_has_source(self) -> _Field:
        if self.verified and not self.source:
            raise ValueError("a verified field must name its source")
        return self

    def rule(self) -> LegalField:
        return LegalField(self.text, self.verified, self.source)


class _Term(_Strict):
    hours: int = Field(default=0, ge=0)
    working_days: int = Field(default=0, ge=0)
    basis: _Field

    @model_validator(mode="after")
    def _exactly_one(self) -> _Term:
        if (self.hours > 0) == (self.working_days > 0):
            raise ValueError("give hours or working_days, not both")
        return self


class _Document(_Strict):
    code: str = Field(pattern=r"^[A-ZĐ]+(-[A-ZĐ]+)?$")
    bases: list[_Field]
    addressees: list[_Field] = []
    recipients: list[_Field]
    signer_authority: list[str] = Field(min_length=1)


class _Profile(_Strict):
    id: str = Field(pattern=r"^vn-[0-9-]+$")
    name: str
    valid_from: date
    valid_to: date | None = None
    terms: dict[DeadlineKind, _Term]
    documents: dict[Level, dict[DocumentKind, _Document]]
    statements: dict[str, _Field] = {}

    @model_validator(mode="after")
    def _whole(self) -> _Profile:
        missing = [
            f"{level}.{kind}"
            for level in Level
            for kind in DocumentKind
            if kind not in self.documents.get(level, {})
        ]
        if missing:
            raise ValueError(f"no rule for {', '.join(missing)}")
        clocks = [str(kind) for kind in DeadlineKind if kind not in self.terms]
        if clocks:
            raise ValueError(f"no term for clock {', '.join(clocks)}")
        return self

    def profile(self) -> LegalProfile:
        return LegalProfile(
            id=self.id,
            name=self.name,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            terms={
                kind: Term(term.hours, term.working_days, term.basis.rule())
                for kind, term in self.terms.items()
            },
            rules={
                (level, kind): DocumentRule(
                    code=rule.code,
                    bases=tuple(one.rule() for one in rule.bases),
                    addressees=tuple(one.rule() for one in rule.addressees),
                    recipients=tuple(one.rule() for one in rule.recipients),
                    signer_authority=tuple(rule.signer_authority),
                )
                for level, rules in self.documents.items()
                for kind, rule in rules.items()
            },
            statements={key: value.rule() for key, value in self.statements.items()},
        )


def load_profiles(folder: Path = FOLDER) -> LegalProfiles:
    """All profiles of a folder, oldest first, without gaps or overlaps. Raises :class:`Misconfigured`: which file, what is wrong."""
    profiles = sorted(
        (_read(path) for path in sorted(folder.glob("*.yaml"))), key=lambda profile: profile.valid_from
    )
    if not profiles:
        raise Misconfigured(
            f"Không có hồ sơ pháp lý nào trong {folder.name}. Cài lại gói lamro.",
            f"No legal profile in {folder.name}. Install the package again.",
        )
    for before, after in pairwise(profiles):
        if before.valid_to is None or before.valid_to + timedelta(days=1) != after.valid_from:
            raise Misconfigured(
                f"Hồ sơ pháp lý {before.id} và {after.id} không nối liền ngày hiệu lực. Sửa valid_to, valid_from trong config/legal_profiles.",
                f"Legal profiles {before.id} and {after.id} leave a gap or overlap.",
            )
    return LegalProfiles(tuple(profiles))


def _read(path: Path) -> LegalProfile:
    try:
        return _Profile.model_validate(read_yaml(path.read_text(encoding="utf-8"))).profile()
    except (OSError, yaml.YAMLError, ValidationError) as error:
        where = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        place = ".".join(str(part) for part in where["loc"]) or "tệp"
        raise Misconfigured(
            f"Hồ sơ pháp lý {path.name} sai ở {place}: {where['msg']}. Xem các tệp mẫu trong config/legal_profiles.",
            f"Legal profile {path.name} is wrong at {place}: {where['msg']}.",
        ) from error
