"""What each part of the need-of-response score weighs: shipped values, what an office may set, and the check of both. Pure.

A part has an amount of 0–1 that the story decides, and a weight that is decided here: the part adds amount × weight. The sum is
multiplied by how sure the place is. The score orders the queue and changes nothing else (guardrail G5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core.errors import Invalid

#: by part; the only one that lowers the score is ``old``
SHIPPED: Mapping[str, float] = MappingProxyType({
    "base": 0.12, "reach": 0.30, "views": 0.12, "spread": 0.18, "copies": 0.08, "speed": 0.08, "hazard": 0.28,
    "impersonation": 0.28, "known_claim": 0.22, "checkable": 0.10, "foreign": 0.06, "new": 0.06, "old": -0.10,
})  # fmt: skip
#: by band of the place match
SHIPPED_PLACES: Mapping[str, float] = MappingProxyType({"in": 1.0, "check": 0.6, "out": 0.1})


def bounds(part: str) -> tuple[float, float]:
    """The least and the greatest weight of a part."""
    return (-1.0, 0.0) if part == "old" else (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class NeedWeights:
    """A whole set of weights: every part, every band."""

    parts: Mapping[str, float] = field(default_factory=lambda: dict(SHIPPED))
    places: Mapping[str, float] = field(default_factory=lambda: dict(SHIPPED_PLACES))

    def as_json(self) -> dict[str, Any]:
        """As it is stored and written to a file."""
        return {"parts": dict(self.parts), "places": dict(self.places)}


def weights(given: object, base: NeedWeights | None = None) -> NeedWeights:
    """The set that ``given`` makes of ``base`` (the shipped one): ``{"parts": {…}, "places": {…}}``, what is left out stays.

    Raises :class:`Invalid` with every value that cannot be, in ``fields``.
    """
    base = base or NeedWeights()
    wrong: dict[str, str] = {}
    if not isinstance(given, Mapping) or set(given) - {"parts", "places"}:
        wrong["tệp"] = "chỉ có hai mục: parts (trọng số từng phần) và places (hệ số theo độ chắc của địa bàn)"
        given = {}
    parts = _read("parts", given.get("parts"), base.parts, wrong)
    places = _read("places", given.get("places"), base.places, wrong)
    if not wrong and not any(value > 0 for value in parts.values()):
        wrong["parts"] = "cần ít nhất một trọng số lớn hơn 0, nếu không thì không xếp được thứ tự"
    if not wrong and not places["in"] >= places["check"] >= places["out"]:
        wrong["places"] = "cần in ≥ check ≥ out: tin chắc về địa bàn không được xếp sau tin chưa chắc"
    if wrong:
        said = "; ".join(f"{name}: {reason}" for name, reason in wrong.items())
        raise Invalid(
            f"Trọng số mức cần xử lý chưa dùng được. {said}.",
            f"The weights of the need score cannot be used: {', '.join(wrong)}.",
            fields=wrong,
        )
    return NeedWeights(parts, places)


def _read(group: str, given: Any, base: Mapping[str, float], wrong: dict[str, str]) -> dict[str, float]:
    values = dict(base)
    if given is None:
        return values
    if not isinstance(given, Mapping):
        wrong[group] = "cần các dòng “tên: số”"
        return values
    for name, value in given.items():
        low, high = bounds(str(name)) if group == "parts" else (0.0, 1.0)
        if name not in values:
            wrong[f"{group}.{str(name)[:40]}"] = f"không có tên này; các tên có: {', '.join(values)}"
        elif (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not low <= value <= high
        ):
            wrong[f"{group}.{name}"] = f"cần một số từ {low:g} đến {high:g}, đang là {str(value)[:40]!r}"
        else:
            values[name] = float(value)
    return values
