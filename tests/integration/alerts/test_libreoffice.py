"""The .docx opens in LibreOffice: pages, words and fonts are what was meant."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import pytest
from pypdf import PdfReader

from alerts.documents.renderer import OfficialRenderer
from core.ports import Sentence
from tests.unit.alerts.form import Docx
from tests.unit.alerts.samples import D1, D3

OFFICIAL = OfficialRenderer().official


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """All samples, converted by one start of LibreOffice."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install libreoffice-writer)")
    folder = tmp_path_factory.mktemp("printed")
    long = tuple(
        (Sentence(f"Đoạn {n}. " + "Nội dung đã được kiểm tra tại hiện trường. " * 6, "fact"),)
        for n in range(1, 13)
    )
    samples = {"d1": D1, "d3": replace(D3, dossier=None)}
    # signature blocks that would fall on a page's foot at one of these lengths
    samples |= {f"long{n}": replace(D1, dossier=None, paragraphs=long[:n]) for n in range(4, 12)}
    for name, document in samples.items():
        (folder / f"{name}.docx").write_bytes(OFFICIAL(document))
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(folder), *(str(folder / f"{name}.docx") for name in samples)],
        capture_output=True, check=True, timeout=150,
    )  # fmt: skip
    return {
        name: (document, folder / f"{name}.docx", PdfReader(folder / f"{name}.pdf"))
        for name, document in samples.items()
    }


def _squeezed(text: str) -> str:
    return "".join(text.split())


def test_pages(printed) -> None:
    assert len(printed["d1"][2].pages) == 3, "one page, and an annex of two"
    assert len(printed["d3"][2].pages) == 1


def test_every_word_is_on_paper(printed) -> None:
    for name in ("d1", "d3"):
        _, path, pdf = printed[name]
        shown = _squeezed("".join(page.extract_text() for page in pdf.pages))
        for text in Docx(path.read_bytes()).text().splitlines():
            assert _squeezed(text) in shown, text


def test_page_numbers_are_hidden_on_first_pages_and_start_again_in_the_annex(printed) -> None:
    tops = []
    for page in printed["d1"][2].pages:
        found: list[str] = []

        def visit(text, _cm, matrix, _font, _size, found=found):
            if text.strip() and matrix[5] > 842 - 20 * 72 / 25.4:
                found.append(text.strip())

        page.extract_text(visitor_text=visit)
        tops.append("".join(found))
    assert tops == ["", "", "2"]


def test_the_paper_is_a4(printed) -> None:
    for _, _, pdf in printed.values():
        for page in pdf.pages:
            assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)


def test_the_signature_is_never_alone_nor_split(printed) -> None:
    for name, (_, _, pdf) in printed.items():
        if name.startswith("long"):
            pages = [page.extract_text() for page in pdf.pages]
            holding = [
                number for number, text in enumerate(pages) if "Nơi nhận" in text or "Đỗ Thanh Lam" in text
            ]
            assert len(holding) == 1, name
            assert "./." in pages[holding[0]], name
    lengths = {len(pdf.pages) for name, (_, _, pdf) in printed.items() if name.startswith("long")}
    assert lengths == {1, 2}, "the samples must reach over a page's foot"
