"""What a strict Content-Security-Policy and plain caution ask of every template."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import files, modules, text

TEMPLATES = [
    path for path in files() if path.suffix in {".html", ".j2", ".jinja"} and "templates" in path.parts
]
COMMENT = re.compile(r"\{#.*?#\}", re.S)

RULES = {
    "switches escaping off": r"\|\s*safe\b|\{%-?\s*autoescape\s+false",
    "has a style attribute": r"""<[^>]*\sstyle\s*=""",
    "has an event attribute": r"""<[^>]*\son[a-z]+\s*=\s*["'{]""",
    "has an inline style": r"<style\b",
    "has an inline script": r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*\btype\s*=\s*[\"']application/json)",
    "has a javascript address": r"""(?:href|src|action)\s*=\s*["']\s*javascript:""",
    "loads from another host": r"""(?:src|href)\s*=\s*["'](?:https?:)?//(?!\{)[^"']+\.(?:js|css|woff2?|png|svg)""",
}
SAMPLES = {
    "switches escaping off": "{{ body | safe }}",
    "has a style attribute": '<p class="a" style="color: red">',
    "has an event attribute": '<button onclick="go()">',
    "has an inline style": "<style>p {}</style>",
    "has an inline script": "<script>go()</script>",
    "has a javascript address": '<a href="javascript:go()">',
    "loads from another host": '<script src="https://cdn.example.org/htmx.js"></script>',
}


def test_there_are_templates():
    assert len(TEMPLATES) > 5


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_sees_a_fault(rule):
    assert re.search(RULES[rule], SAMPLES[rule])
    assert not re.search(
        RULES[rule],
        "<script src=\"{{ url_for('static', filename='app.js') }}\" defer></script><p class=\"on-time\">",
    )


@pytest.mark.parametrize("rule", RULES)
def test_no_template(rule):
    pattern = re.compile(RULES[rule])
    # A digest travels by e-mail and as a file: it carries its own style and has no page around it.
    found = []
    for path in TEMPLATES:
        if rule in {"has an inline style", "has a style attribute"} and path.parts[0] == "alerts":
            continue
        found += [f"{path}: {match.group()[:80]}" for match in pattern.finditer(COMMENT.sub("", text(path)))]
    assert found == []


def test_no_template_is_made_of_a_string():
    found = [
        str(path)
        for path in modules()
        if "render_template_string" in text(path) or ".from_string(" in text(path)
    ]
    assert found == []


def test_no_code_marks_text_as_safe_by_hand():
    """Markup(...) of something computed is `|safe` by another name; only constant text may be marked."""
    import ast

    found = []
    for path in modules("review_app", "alerts"):
        for node in ast.walk(ast.parse(text(path))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Markup":
                if node.args and not isinstance(node.args[0], ast.Constant):
                    found.append(f"{path}:{node.lineno}: {ast.unparse(node)[:80]}")
    assert found == []
