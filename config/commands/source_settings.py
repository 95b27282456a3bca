"""The settings of a kind of source as words of the command line: ``--set name=value``, and the list of what each kind takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from config.commands.output import one_a_line, print_json
from config.settings import load
from config.wiring import make_desk
from core.errors import WrongUse
from core.ports import SourceKinds, SourceOption

_YES = {"yes": True, "true": True, "1": True, "có": True, "no": False, "false": False, "0": False, "không": False}  # fmt: skip


def settings_of(kinds: SourceKinds, kind: str, given: Sequence[str]) -> dict[str, Any]:
    """Settings out of ``name=value`` words, each in the form that the kind asks for; a list may be given several times, or with commas.

    Raises :class:`WrongUse` naming the word that is wrong and what would be right.
    """
    options = {option.name: option for option in kinds.options(kind)}
    found: dict[str, Any] = {}
    for word in given:
        name, equals, text = word.partition("=")
        name, text = name.strip(), text.strip()
        if not equals or not name:
            raise WrongUse(
                f"--set {word}: viết dạng tên=giá trị, ví dụ --set {next(iter(options), 'tên')}=…",
                f"--set {word}: write name=value.",
            )
        option = options.get(name)
        if option is None:
            raise WrongUse(
                f"Loại nguồn {kind} không có thiết đặt {name}. {_known(kind, options)}",
                f"A source of kind {kind} has no setting {name}; it has: {', '.join(options) or 'none'}.",
            )
        if option.form == "list":
            found[name] = [*found.get(name, ()), *(part.strip() for part in text.split(",") if part.strip())]
        elif name in found:
            raise WrongUse(f"--set {name} có hai lần. Giữ lại một.", f"--set {name} stands there twice.")
        else:
            found[name] = _value(option, text)
    missing = [option.name for option in options.values() if option.required and option.name not in found]
    if missing:
        raise WrongUse(
            f"Loại nguồn {kind} cần --set {missing[0]}=…. {_known(kind, options)}",
            f"A source of kind {kind} needs --set {missing[0]}=….",
        )
    return found


def run_kinds(*, as_json: bool) -> None:
    """Every kind with the address it takes and its settings."""
    kinds = make_desk(load()).kinds
    if as_json:
        print_json(
            [
                {"kind": name, "settings": [asdict(option) for option in kinds.options(name)]}
                for name in kinds.names()
            ]
        )
        return
    from review_app.kind_words import kind_words, option_words

    for name in kinds.names():
        words = kind_words(name)
        print(f"{name}: {words.label}\n    --url  {words.hint}")
        for option in kinds.options(name):
            said = option_words(option.name)
            print(f"    --set {option.name}={_form(option)}  {said.label}. {said.hint}".rstrip())


def _value(option: SourceOption, text: str) -> Any:
    if option.form == "number":
        try:
            return int(text)
        except ValueError:
            raise _wrong(option, text) from None
    if option.form == "yes_no":
        if text.casefold() not in _YES:
            raise _wrong(option, text)
        return _YES[text.casefold()]
    if option.form == "choice" and text not in option.choices:
        raise _wrong(option, text)
    return text


def _wrong(option: SourceOption, text: str) -> WrongUse:
    wanted = _form(option)
    return WrongUse(
        f"--set {option.name}={text} không dùng được; cần: {option.name}={wanted}.",
        f"--set {option.name}={text} is not usable; wanted: {option.name}={wanted}.",
    )


def _form(option: SourceOption) -> str:
    if option.form == "choice":
        return "|".join(choice for choice in option.choices if choice)
    return {"number": "SỐ", "yes_no": "có|không", "list": "CHỮ,CHỮ…"}.get(option.form, "CHỮ")


def _known(kind: str, options: dict[str, SourceOption]) -> str:
    from review_app.kind_words import option_words

    if not options:
        return f"Loại {kind} không có thiết đặt riêng; bỏ --set."
    return "Các thiết đặt:" + one_a_line(
        (f"{name}={_form(option)}", option_words(name).label) for name, option in options.items()
    )
