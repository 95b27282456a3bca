"""The digest in a real browser: two pages of A4, nothing wider than a phone, nothing blocked by a strict policy."""

from __future__ import annotations

import io

from pypdf import PdfReader

from alerts.documents.renderer import OfficialRenderer
from tests.unit.alerts.week import WEEK

PAGE = OfficialRenderer().digest_html(WEEK)


def test_it_prints_on_two_pages(page) -> None:
    page.set_content(PAGE)
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 2
    size = pdf.pages[0].mediabox
    assert abs(float(size.width) - 595) < 2
    assert abs(float(size.height) - 842) < 2
    assert "Phản ánh đúng đang chờ trả lời" in pdf.pages[0].extract_text()


def test_it_fits_a_phone_and_reports_no_fault(page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": 360, "height": 740})
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    page.set_content(PAGE.replace("<head>", f"<head>{policy}"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("h1").inner_text() == "Bản tin tuần 38"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.clock.late')).backgroundColor")
        == "rgb(156, 27, 46)"
    )
    assert said == []
