"""Reads the response matrix (``config/response_matrix.yaml``) into the rule that the services use."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import Misconfigured
from core.rules.matrix import Answer, ResponseMatrix
from core.rules.vocabulary import Harm, Spread
from core.text.yaml_text import read_yaml

FILE = Path(__file__).parent / "response_matrix.yaml"


class _Thresholds(BaseModel):
    model_config = ConfigDict(extra="forbid")

    one_post_views: int = Field(ge=1)
    wide_views: int = Field(ge=1)
    national_tier: int = Field(ge=1)


class _MatrixFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    thresholds: _Thresholds
    cells: dict[Spread, dict[Harm, list[list[Answer]]]]

    @model_validator(mode="after")
    def _whole(self) -> _MatrixFile:
        for spread in Spread:
            for harm in Harm:
                options = self.cells.get(spread, {}).get(harm)
                if not options or not all(options):
                    raise ValueError(f"cell {spread}/{harm} is missing or empty")
        return self


def load_matrix(path: Path = FILE) -> ResponseMatrix:
    """The matrix of a file. Raises :class:`Misconfigured` saying which file and which place is wrong."""
    try:
        found = _MatrixFile.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        where = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        place = ".".join(str(part) for part in where["loc"]) or "tệp"
        raise Misconfigured(
            f"Ma trận phương án {path.name} sai ở {place}: {where['msg']}. Ví dụ một ô: H1: [[D5, D6], [D5, D7]].",
            f"Response matrix {path.name} is wrong at {place}: {where['msg']}.",
        ) from error
    return ResponseMatrix(
        cells={
            (spread, harm): tuple(frozenset(option) for option in options)
            for spread, row in found.cells.items()
            for harm, options in row.items()
        },
        one_post_views=found.thresholds.one_post_views,
        wide_views=found.thresholds.wide_views,
        national_tier=found.thresholds.national_tier,
    )
