"""The report of reviews as a PDF: what was written stands in it, over as many pages as it takes, in any script."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from badges.pdf.review_report import ReviewReportContent, Section, review_report_document

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
LONG = "Ļ" + "o" * 300


def content(*sections: Section) -> ReviewReportContent:
    return ReviewReportContent(
        title="Reviews of badges in 2026",
        author="Rīgas koledža",
        facts=[("Institution", "Rīgas koledža")],
        sections=sections,
        how="How to read it.",
    )


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def test_it_is_a_tagged_pdf_a_in_its_language_with_a_title() -> None:
    catalog = read(review_report_document(content(), "lv", NOW)).trailer["/Root"]
    assert catalog["/Lang"] == "lv" and catalog["/MarkInfo"]["/Marked"]
    assert b"<pdfaid:part>3</pdfaid:part>" in catalog["/Metadata"].get_data()


def test_a_long_answer_goes_on_on_the_next_page_and_nothing_of_it_is_lost() -> None:
    answer = " ".join(f"Sentence{number}." for number in range(2000))
    section = Section(heading=LONG, facts=[("Version", LONG)], texts=[("What was found?", answer)])
    pdf = review_report_document(content(section), "en", NOW)
    assert len(read(pdf).pages) > 2
    text = words(pdf)
    assert all(f"Sentence{number}." in text for number in range(0, 2000, 97)) and "How to read it." in text


@pytest.mark.parametrize(
    "text", ["Ελληνικά", "Українська", "日本", "\U0001f600 and more", "a\x07b", "", "\n\n"]
)
def test_any_text_can_stand_in_it(text: str) -> None:
    section = Section(heading=text or "x", facts=[(text, text)], texts=[(text, text)])
    assert "How to read it." in words(review_report_document(content(section), "en", NOW))


def test_a_report_without_a_badge_says_what_there_is() -> None:
    assert "Rīgas koledža" in words(review_report_document(content(), "en", NOW))
