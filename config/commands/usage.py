"""What the option parser says, in Vietnamese first: help pages and wrong use. The parser itself speaks English only."""

from __future__ import annotations

import re
import sys

import typer
import typer.main

_USAGE = "Cách dùng (usage): "

#: words of a help page that the parser writes, however they are wrapped
_PAGE = (
    (re.compile(r"^Usage: ", re.M), _USAGE),
    (re.compile(r"\[OPTIONS\]"), "[tùy chọn]"),
    (re.compile(r"COMMAND \[ARGS\]\.\.\."), "LỆNH …"),
    (re.compile(r"^Arguments:$", re.M), "Tham số (arguments):"),
    (re.compile(r"^Options:$", re.M), "Tùy chọn (options):"),
    (re.compile(r"^Commands:$", re.M), "Các lệnh (commands):"),
    (re.compile(r"Show\s+this\s+message\s+and\s+exit\."), "Hiện hướng dẫn này. (This help.)"),
    (re.compile(r"\[required\]"), "[bắt buộc]"),
    (re.compile(r"\[default: "), "[mặc định: "),
)

#: sentences of the parser → ours; ``{0}``, ``{1}`` are what the pattern caught
_SENTENCES = (
    (r"No such command '(.+?)'\. Did you mean (.+)\?", "Không có lệnh {0}. Có phải {1}?"),
    (r"No such command '(.+?)'\.", "Không có lệnh {0}."),
    (
        r"No such option: (\S+) \(Possible options: (.+)\)",
        "Không có tùy chọn {0}. Những tùy chọn gần giống: {1}.",
    ),
    (r"No such option: (\S+)", "Không có tùy chọn {0}."),
    (r"Missing option (.+?)\.", "Thiếu tùy chọn {0}."),
    (r"Missing argument (.+?)\.", "Thiếu tham số {0}."),
    (r"Missing command\.", "Thiếu tên lệnh con."),
    (r"Option (.+) requires .*argument.*\.", "Tùy chọn {0} cần một giá trị đi sau."),
    (r"Option (.+) does not take a value\.", "Tùy chọn {0} không nhận giá trị."),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "Thừa tham số: {0}."),
    (
        r"Invalid value for (.+?): \w+ (.+) does not exist\.",
        "Không có tệp {1} (tham số {0}). Kiểm tra lại tên và đường dẫn.",
    ),
    (r"Invalid value for (.+?): \w+ (.+) is a directory\.", "{1} là thư mục; {0} cần một tệp."),
    (
        r"Invalid value for (.+?): \w+ (.+) is not readable\.",
        "Không có quyền đọc tệp {1} (tham số {0}).",
    ),
    (r"Invalid value for (.+?): Input should be a valid integer.*", "Giá trị của {0} phải là số nguyên."),
    (
        r"Invalid value for (.+?): Input should be greater than or equal to (\S+)",
        "Giá trị của {0} phải từ {1} trở lên.",
    ),
    (
        r"Invalid value for (.+?): Input should be less than or equal to (\S+)",
        "Giá trị của {0} không được quá {1}.",
    ),
    (r"Invalid value for (.+?): (.+)", "Giá trị của {0} không dùng được: {1}"),
)


class _Page(typer.Context):
    """A help page in the words of this module."""

    def get_help(self) -> str:
        return _page(super().get_help())

    def get_usage(self) -> str:
        return _page(super().get_usage())


def _page(text: str) -> str:
    for pattern, words in _PAGE:
        text = pattern.sub(words, text)
    return text


def sentence(english: str) -> str:
    """The Vietnamese of what the parser says; of a sentence that is not known, that the command is written wrongly."""
    for pattern, words in _SENTENCES:
        found = re.fullmatch(pattern, english.strip(), re.S)
        if found is not None:
            return words.format(*found.groups())
    return "Lệnh viết chưa đúng."


def run(app: typer.Typer, arguments: list[str] | None, name: str) -> int:
    """Run the command line; the exit code is the answer. Wrong use is said in both languages and answers 2."""
    command = typer.main.get_command(app)
    waiting = [command]
    while waiting:
        one = waiting.pop()
        one.context_class = _Page
        waiting += getattr(one, "commands", {}).values()
    try:
        code = command.main(args=arguments, prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        _say(error)
        return error.exit_code
    except typer.Abort:
        print("Đã bỏ dở. (Aborted.)", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


def _say(error: typer.TyperException) -> None:
    english = error.format_message()
    if english.startswith(_USAGE):
        # A command of commands that was called without one: its help page is the message.
        print(english, file=sys.stderr)
        return
    context = getattr(error, "ctx", None)
    print(f"Lỗi: {sentence(english)}\n       ({english})", file=sys.stderr)
    if context is not None:
        print(context.get_usage(), file=sys.stderr)
        print(f"Hướng dẫn (help): {context.command_path} --help", file=sys.stderr)
