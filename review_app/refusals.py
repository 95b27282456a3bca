"""One service call for a form: what it refuses comes back as something the same page can show, with all that was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import request

from core.errors import Conflict, Invalid, RuleBroken
from review_app.forms.base_form import Form
from review_app.language import current
from review_app.numbers import is_whole, whole

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not done and why. ``at``: the form it belongs to; ``kind``: rule, conflict, invalid."""

    at: str
    kind: str
    message: str
    lawful: str = ""
    status: int = 409


def attempt(at: str, form: Form, act: Callable[[], T]) -> tuple[T | None, Refusal | None]:
    """Validate ``form``, do ``act``. Returns (result, None) or (None, what was refused); Forbidden and NotFound pass through."""
    if not form.validate_on_submit():
        return None, Refusal(at, "invalid", "", status=400)
    return press(at, act, form)


def press(at: str, act: Callable[[], T], form: Form | None = None) -> tuple[T | None, Refusal | None]:
    """Do ``act`` of a form that is only a button. What is wrong with fields is put beside those of ``form``."""
    try:
        return act(), None
    except Invalid as error:
        if form is not None:
            form.refuse(error)
        return None, Refusal(at, "invalid", error.message(current()), status=400)
    except Conflict as error:
        return None, Refusal(at, "conflict", error.message(current()))
    except RuleBroken as error:
        return None, Refusal(at, "rule", error.message(current()), error.lawful)


def version_of(field: str = "version") -> int:
    """The version that the form carries. Raises :class:`Conflict` without one: nobody changes what they did not see."""
    if not is_whole(request.form.get(field)):
        raise Conflict(
            "Biểu mẫu thiếu số phiên bản. Mở lại trang rồi làm lại.",
            "The form lacks its version number. Open the page again.",
        )
    return whole(request.form.get(field))
