"""Certificates and transcripts: complete, legible, fit for archives, with the secured credential attached."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

import badges
from badges.artwork import picture
from badges.credential import Learner
from badges.eu.annex_1 import ELEMENTS
from badges.font_runs import undrawable
from badges.issuer import IssuerProfile
from badges.line_breaks import broken
from badges.pdf import document
from badges.pdf.attachments import attached_text
from badges.pdf.certificate import certificate
from badges.pdf.content import IssuedBadge, read_content
from badges.pdf.document import LEFT, RIGHT, PdfDocument, Style
from badges.pdf.transcript import transcript
from badges.sentences import document_word
from badges.template.model import Template
from badges.template.values import AwardingBody
from badges.verify import verify
from signing.json_text import Json

BADGES = Path(badges.__file__).parent
#: Of learners, as platforms hand them on.
NAMES = (
    "محمد عبد الله",
    "प्रिया शर्मा",
    "ნინო ბერიძე",
    "שרה כהן",
    "Žanete Ķirse-Čače",
    "José Núñez",
    "Ольга Петрова",
    "Ἀλέξανδρος",
    "Nguyễn Thị Hồng",
    "Անի Պետրոսյան",
    "สมชาย ใจดี",
    "ሰላም ተስፋዬ",
    "রহিম উদ্দিন",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "அருண் குமார்",
    "😀 Smile",
    "شما می\u200cخواهید",
)
CJK_NAMES = ("花子 山田", "王小明", "김철수")
#: Too large for this package.
NEEDS_CJK = pytest.mark.skipif(
    bool(undrawable("花")), reason="there is no font for Chinese, Japanese and Korean: fonts-noto-cjk"
)
PAGE = "https://badges.example.org/badges/7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01"


@pytest.fixture
def issued(built: Callable[..., Json], world: Any, png: bytes) -> Callable[..., IssuedBadge]:
    """A badge of Anna's, signed."""

    def make(template: Template, **changes: Any) -> IssuedBadge:
        secured = world.secure(built(template, **changes))
        return IssuedBadge(text=secured.text, png=png, page_url=PAGE, colours=template.colours)

    return make


@pytest.fixture(scope="session")
def png() -> bytes:
    return picture("Data literacy", None, "Riga College", size=120)


# --- A small PDF reader: tests see the text that a person could copy from the page ---


def objects(pdf: bytes) -> dict[bytes, tuple[bytes, bytes]]:
    """Every object by its number: its dictionary and its stream, unpacked."""
    found = {}
    for number, body in re.findall(rb"(?ms)^(\d+) 0 obj\n(.*?)\nendobj", pdf):
        head, _, rest = body.partition(b"\nstream\n")
        # By its length: a packed stream may itself end in a line feed.
        stream = rest[: int(length[1])] if (length := re.search(rb"/Length (\d+)", head)) else b""
        found[number] = head, zlib.decompress(stream) if b"/FlateDecode" in head else stream
    return found


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page: each glyph as the characters that its font maps it to."""
    every = objects(pdf)
    fonts = {}
    for number, (head, _) in every.items():
        if b"/Subtype /Type0" in head and (mapped := re.search(rb"/ToUnicode (\d+) 0 R", head)):
            cmap = every[mapped[1]][1]
            pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>$", cmap, re.M)
            ranges = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]+)>", cmap)
            fonts[number] = {int(glyph, 16): bytes.fromhex(text.decode()) for glyph, text in pairs} | {
                glyph: (int(text, 16) + glyph - int(first, 16)).to_bytes(2, "big")
                for first, last, text in ranges
                for glyph in range(int(first, 16), int(last, 16) + 1)
            }
    texts = []
    for head, _ in every.values():
        if b"/Type /Page\n" not in head:
            continue
        content = every[re.search(rb"/Contents (\d+) 0 R", head)[1]][1]
        resources = every[re.search(rb"/Resources (\d+) 0 R", head)[1]][0]
        named = {
            name: fonts[number]
            for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", resources)
            if number in fonts
        }
        texts.append(" ".join(_shown(content, named)))
    return texts


def _shown(content: bytes, named: dict[bytes, dict[int, bytes]]) -> list[str]:
    text, font = [], {}
    for name, literal in re.findall(rb"(?s)/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\)])*)\) Tj", content):
        if name:
            font = named[name]
        else:
            glyphs = re.sub(rb"(?s)\\(.)", lambda m: {b"n": b"\n", b"r": b"\r"}.get(m[1], m[1]), literal)
            codes = [int.from_bytes(glyphs[i : i + 2], "big") for i in range(0, len(glyphs), 2)]
            text.append(b"".join(font[code] for code in codes).decode("utf-16-be"))
    return text


def actual_texts(pdf: bytes) -> list[str]:
    """What screen readers say instead of glyphs, where these are in another order."""
    found = re.findall(rb"/ActualText <feff([0-9a-f]*)>", b"".join(text for _, text in objects(pdf).values()))
    return [bytes.fromhex(each.decode()).decode("utf-16-be") for each in found]


# --- The certificate ---


def test_the_signed_badge_is_attached_byte_for_byte_and_verifies(
    issued: Any, world: Any, data_literacy: Template, now: datetime
) -> None:
    badge = issued(data_literacy)
    pdf = certificate(badge, "lv")
    assert attached_text(pdf).text == badge.text
    report = verify(pdf, world.find_key, world.find_status, now)
    assert report.verdict == "verified"


@pytest.mark.parametrize("language", ["en", "lv"])
def test_every_element_is_in_it(language: str, issued: Any, data_literacy: Template, solar: Template) -> None:
    for template in (data_literacy, solar):
        badge = issued(template)
        text = " ".join(pages_of(certificate(badge, language)))
        for element in ELEMENTS:
            assert element.label[language] in text
        for values in read_content(badge, language).elements.values():
            for value in values:
                assert value in text
        assert "Anna Bērziņa" in text and PAGE.removeprefix("https://").rpartition("/")[2] in text


def test_its_country_is_in_the_language_of_the_document(issued: Any, data_literacy: Template) -> None:
    badge = issued(data_literacy)
    assert read_content(badge, "lv").issuer_address.endswith(", Latvija")
    assert read_content(badge, "en").issuer_address.endswith(", Latvia")


def test_the_numbers_of_its_elements_leave_none_out(issued: Any, data_literacy: Template) -> None:
    """Without prerequisites and grade too, whose numbers in Annex I are 12 and 14."""
    badge = issued(replace(data_literacy, prerequisites={}), score=None)
    stated = [element for element in ELEMENTS if read_content(badge, "en").elements.get(element.code)]
    text = " ".join(pages_of(certificate(badge, "en")))
    numbers = [re.findall(rf"(\d+) {re.escape(element.label['en'])}", text) for element in stated]
    assert numbers == [[str(number)] for number in range(1, len(stated) + 1)]
    assert len(stated) < stated[-1].number


def test_the_letters_of_latvian_greek_and_cyrillic_are_right(issued: Any, data_literacy: Template) -> None:
    for name in ("Ģirts Ķēniņš-Šķēle", "Ελένη Παπαδοπούλου", "Иван Щедрин", "Łucja Đorđević Ășțe"):
        front, *_ = pages_of(certificate(issued(data_literacy, learner=Learner(name=name)), "lv"))
        assert name in front


@pytest.mark.parametrize("name", [*NAMES, *(pytest.param(name, marks=NEEDS_CJK) for name in CJK_NAMES)])
def test_a_name_of_any_script_is_drawn_and_can_be_read_aloud(
    name: str, issued: Any, issuer: IssuerProfile, data_literacy: Template, now: datetime
) -> None:
    badge = issued(data_literacy, learner=Learner(name=name))
    for pdf in (certificate(badge, "en"), transcript([badge], issuer, name, "en", now)):
        pages = pages_of(pdf)  # fails for a glyph without a character, which PDF/A-3U forbids
        spoken = " ".join((*pages, *actual_texts(pdf)))
        assert " ".join(name.split()) in " ".join(unicodedata.normalize("NFC", spoken).split())
        assert not set("?\0") & set("".join(pages)) and document_word("name_not_printed", "en") not in spoken
        assert PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_the_letters_of_arabic_are_joined_from_right_to_left(issued: Any, data_literacy: Template) -> None:
    """Beh has other glyphs at the beginning, in the middle and at the end of a word; the last is drawn first."""
    drawn = {}
    for name in ("\u0628\u0628\u0628", "\u0628 \u0628 \u0628"):
        pdf = certificate(issued(data_literacy, learner=Learner(name=name)), "en")
        every = objects(pdf)
        fonts = [text for head, text in every.values() if b"begincmap" in text and b"0628" in text]
        drawn[name] = len(set(re.findall(rb"<([0-9A-F]{4})> <0628>", fonts[0])))
    assert list(drawn.values()) == [3, 1]


@pytest.mark.parametrize("name", ["\U00012000 \U00012001", "Anna \U00012000"])
def test_a_name_that_no_font_has_is_told_and_not_drawn_as_something_else(
    name: str, issued: Any, issuer: IssuerProfile, data_literacy: Template, now: datetime
) -> None:
    badge = issued(data_literacy, learner=Learner(name=name))
    for language in ("en", "lv"):
        for pdf in (certificate(badge, language), transcript([badge], issuer, name, language, now)):
            text = " ".join(" ".join(pages_of(pdf)).split())
            assert document_word("name_not_printed", language) in text
            assert ("Anna" in text) == ("Anna" in name) and "?" not in text


def test_other_letters_that_no_font_has_are_told_at_the_end(issued: Any, data_literacy: Template) -> None:
    strange = replace(data_literacy, name={"en": "Cuneiform \U00012000 for all"})
    front, *back = pages_of(certificate(issued(strange, language="en"), "en"))
    assert "Cuneiform for all" in front
    assert document_word("characters_not_printed", "en") in " ".join(" ".join(back).split())
    assert document_word("characters_not_printed", "en") not in " ".join(
        pages_of(certificate(issued(data_literacy), "en"))
    )


@pytest.mark.parametrize("name", ["\U00012000 \U00012001", "Riga \U00012000"])
def test_an_issuer_that_no_font_has_is_told_and_not_drawn_as_something_else(
    name: str, issued: Any, issuer: IssuerProfile, data_literacy: Template, now: datetime
) -> None:
    strange = replace(issuer, name=name, legal_name={"en": name, "lv": name})
    badge = issued(data_literacy, issuer=strange)
    for language in ("en", "lv"):
        for pdf in (certificate(badge, language), transcript([badge], strange, "Anna", language, now)):
            text = " ".join(pages_of(pdf)[0].split())
            assert document_word("issuer_not_printed", language) in text
            assert ("Riga" in text or "RIGA" in text) == ("Riga" in name)


@pytest.mark.parametrize("name", ["თბილისის კოლეჯი", "Κολλέγιο ΐ", "Straße", "Հայաստան", "كلية ريغا"])
def test_an_issuer_of_another_script_is_printed_whole(
    name: str, issued: Any, issuer: IssuerProfile, data_literacy: Template
) -> None:
    """Its name is written in capitals too, which not every script has."""
    badge = issued(data_literacy, issuer=replace(issuer, name=name, legal_name={"en": name}))
    words = " ".join(" ".join(pages_of(certificate(badge, "en"))).split())
    for told in ("issuer_not_printed", "characters_not_printed"):
        assert document_word(told, "en") not in words


@pytest.mark.parametrize("name", ["محمد", "प्रिया", "😀", pytest.param("花子", marks=NEEDS_CJK)])
def test_the_fonts_of_other_scripts_are_embedded_too(name: str, issued: Any, data_literacy: Template) -> None:
    every = objects(certificate(issued(data_literacy, learner=Learner(name=name)), "en"))
    heads = b"\n".join(head for head, _ in every.values())
    embedded = heads.count(b"/FontFile2 ") + heads.count(b"/FontFile3 ")
    assert heads.count(b"/Type /FontDescriptor") == embedded >= 3
    assert b"/Subtype /Type3" not in heads


def test_a_font_that_no_text_needs_is_not_opened(issued: Any, data_literacy: Template) -> None:
    pdf = certificate(issued(data_literacy), "lv")
    assert b"Noto" not in b"".join(head for head, _ in objects(pdf).values())


def test_no_text_is_broken_into_lines_twice(
    issued: Any, data_literacy: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is measured before it is written, and measuring takes the most time of a certificate."""
    asked = []

    def counted(text: str, width: float, measured: Callable[[str], float]) -> list[str]:
        # What it measures says in which style.
        asked.append((text, width, measured("M"), measured("MM")))
        return broken(text, width, measured)

    monkeypatch.setattr(document, "broken", counted)
    certificate(issued(data_literacy), "en")
    # A date may stand alone and be a paragraph of another text too.
    assert 50 < len(asked) <= 1.05 * len(set(asked))


def test_a_width_is_that_of_fpdf(now: datetime) -> None:
    drawn = PdfDocument(title="x", author="x", language="en", made_at=now)
    for style in (Style(), Style(size=17, bold=True), Style(size=8, bold=True, letter_spacing=1.2)):
        for text in ("Žanete Ķirse-Čače", "AV To", "", "3 ECTS"):
            drawn._apply_style(style)
            assert drawn._line_width(text, style) == pytest.approx(drawn.get_string_width(text))
    drawn.add_page()
    drawn.as_pdf()


def test_a_long_word_is_drawn_smaller_before_it_is_broken(issued: Any, data_literacy: Template) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff"
    front, *_ = pages_of(certificate(issued(data_literacy, learner=Learner(name=name)), "en"))
    assert name in front


def test_the_same_badge_gives_the_same_document(issued: Any, data_literacy: Template) -> None:
    badge = issued(data_literacy)
    assert certificate(badge, "en") == certificate(badge, "en")
    assert certificate(badge, "en") != certificate(badge, "lv")


def test_it_is_pdf_a_3(issued: Any, data_literacy: Template) -> None:
    """Fonts and colour profile are embedded, metadata are there, and nothing is active or encrypted."""
    pdf = certificate(issued(data_literacy), "lv")
    every = objects(pdf)
    heads = b"\n".join(head for head, _ in every.values())
    catalog = next(head for head, _ in every.values() if b"/Type /Catalog" in head)
    assert pdf.startswith(b"%PDF-1.7\n%") and max(pdf[10:14]) > 127 and b"/ID [<" in pdf
    assert b"/OutputIntents" in catalog and b"/S /GTS_PDFA1" in heads and b"/DestOutputProfile" in heads
    assert b"/MarkInfo <</Marked true>>" in re.sub(rb"\s+", b" ", catalog).replace(b"<< ", b"<<").replace(
        b" >>", b">>"
    )
    assert b"/Lang (lv)" in catalog and b"/DisplayDocTitle true" in heads
    assert b"/AF [" in catalog and b"/AFRelationship /Source" in heads and b"/EmbeddedFiles" in heads
    descriptors = heads.count(b"/Type /FontDescriptor")
    assert descriptors == heads.count(b"/FontFile2 ") == heads.count(b"/Subtype /CIDFontType2") == 2
    for forbidden in (b"/Encrypt", b"/JavaScript", b"/Launch", b"/OpenAction <<", b"/LZWDecode"):
        assert forbidden not in pdf
    (xmp,) = (stream for head, stream in every.values() if b"/Type /Metadata" in head)
    metadata = xmp.decode()
    assert (
        "<pdfaid:part>3</pdfaid:part>" in metadata
        and "<pdfaid:conformance>U</pdfaid:conformance>" in metadata
    )
    assert "Datu pratība lēmumu pieņēmējiem – Anna Bērziņa" in metadata and "Rīgas koledža" in metadata


def test_it_is_tagged_for_screen_readers(issued: Any, data_literacy: Template) -> None:
    every = objects(certificate(issued(data_literacy), "en"))
    parts = [head for head, _ in every.values() if b"/Type /StructElem" in head]
    kinds = [re.search(rb"/S /(\w+)", head)[1].decode() for head in parts]
    assert kinds[0] == "Document" and kinds.count("H1") == 1 and kinds.count("LI") == 4
    figures = [head for head, kind in zip(parts, kinds, strict=True) if kind == "Figure"]
    assert len(figures) == 2 and all(b"/Alt" in head for head in figures)
    for head, content in every.values():
        if b"BDC" in content:  # everything drawn is tagged or an artifact
            outside = re.sub(rb"(?s)(BDC|BMC).*?EMC", b"", content)
            assert not re.search(rb"\bTj\b|\bre\b|\bDo\b", outside), head


def test_the_longest_texts_continue_on_further_pages_and_nothing_is_lost(
    issued: Any, data_literacy: Template
) -> None:
    outcomes = tuple(
        replace(data_literacy.learning_outcomes[0], text={"en": f"Outcome {number} " + "of many words " * 40})
        for number in range(60)
    )
    template = replace(
        data_literacy,
        name={"en": "An uncommonly long title " * 7},
        learning_outcomes=outcomes,
        further_information={"en": "Sentence after sentence. " * 400},
    )
    pages = pages_of(certificate(issued(template, language="en"), "en"))
    assert len(pages) == 16
    text = " ".join(pages)
    assert all(f"Outcome {number} " in text for number in range(60))
    assert text.count("Sentence after sentence.") > 350
    assert pages[-1].endswith("Page 16 of  16")


def test_a_long_issuer_title_and_name_stay_on_the_first_page(
    issued: Any, issuer: IssuerProfile, data_literacy: Template
) -> None:
    legal = "Rīgas Ekonomikas, uzņēmējdarbības un starptautisko attiecību augstskola " * 4
    long = replace(data_literacy, name={"lv": "Mākslīgā intelekta atbildīga izmantošana pētniecībā " * 4})
    body = replace(issuer, legal_name={"lv": legal.strip()})
    badge = issued(long, issuer=body, language="lv", learner=Learner(name="Anna Marija " * 10))
    pages = pages_of(certificate(badge, "lv"))
    assert len(pages) == 3
    for word in ("signed", "check", "awarded_to"):
        assert document_word(word, "lv") in " ".join(pages[0].split())
    front = " ".join(pages[0].split())
    for text in (legal, long.name["lv"], "Anna Marija " * 10):
        assert text.strip() in front


def test_a_badge_without_a_name_says_that_the_learner_has_an_address(
    issued: Any, data_literacy: Template
) -> None:
    nameless = issued(data_literacy, learner=Learner(email="anna@example.org"), score=None)
    front, *_ = pages_of(certificate(nameless, "en"))
    assert "E-mail address (hidden)" in front and "anna@example.org" not in front
    assert document_word("grade", "en") not in front


def test_the_result_stands_beside_the_one_that_was_needed(issued: Any, data_literacy: Template) -> None:
    asked = replace(data_literacy, required_value=Decimal(70))
    for language, grade, criteria in (
        ("en", "86 % (at least 70 % needed)", "The result has to be at least 70 %."),
        ("lv", "86 % (vajadzīgs vismaz 70 %)", "Rezultātam jābūt vismaz 70 %."),
    ):
        text = " ".join(" ".join(pages_of(certificate(issued(asked, language=language), language))).split())
        assert grade in text and criteria in text


def test_the_narrow_column_of_a_transcript_has_the_result_alone(
    issued: Any, data_literacy: Template, issuer: IssuerProfile, now: datetime
) -> None:
    asked = replace(data_literacy, required_value=Decimal(70))
    (page,) = pages_of(transcript([issued(asked)], issuer, "Anna", "en", now))
    assert "86 %" in page and "needed" not in page


def test_joint_awarding_bodies_are_in_it(issued: Any, data_literacy: Template) -> None:
    tartu = AwardingBody(legal_name={"et": "Tartu Kolledž"}, country="EE")
    front, *back = pages_of(certificate(issued(replace(data_literacy, awarding_bodies=(tartu,))), "en"))
    assert "Together with Tartu Kolledž" in front and "Tartu Kolledž" in " ".join(back)


def test_what_has_no_room_on_the_first_page_is_on_a_later_one(issued: Any, data_literacy: Template) -> None:
    long = replace(data_literacy, description={"en": "Sentence after sentence. " * 90})
    expiring = issued(long, language="en", valid_until=datetime(2031, 1, 2, 12, tzinfo=UTC))
    front, *rest = (" ".join(page.split()) for page in pages_of(certificate(expiring, "en")))
    later = " ".join(rest)
    assert ("Sentence after" in front) != ("Sentence after" in later)
    for text in ("Valid until 2 January 2031", "DEQAR 0000, valid from 1 June 2023"):
        assert text in later
    assert f"{front} {later}".count(" ".join(data_literacy.criteria["en"].split())) == 1
    short = " ".join(" ".join(pages_of(certificate(issued(data_literacy, language="en"), "en"))).split())
    assert short.count(" ".join(data_literacy.criteria["en"].split())) == 1


def test_a_description_that_is_missing_in_the_language_is_left_out(
    issued: Any, data_literacy: Template
) -> None:
    beginning = {language: " ".join(text.split()[:5]) for language, text in data_literacy.description.items()}
    for language in ("en", "lv"):
        front = pages_of(certificate(issued(data_literacy, language="lv"), language))[0]
        assert beginning[language] in front
    latvian = replace(data_literacy, description={"lv": data_literacy.description["lv"]})
    front = pages_of(certificate(issued(latvian, language="lv"), "en"))[0]
    assert beginning["lv"] not in front and "Data literacy for decision makers" in front


def test_the_day_of_expiry_is_in_it(issued: Any, data_literacy: Template) -> None:
    expiring = issued(data_literacy, valid_until=datetime(2031, 1, 2, tzinfo=UTC))
    assert "2 January 2031" in pages_of(certificate(expiring, "en"))[0]


# --- The transcript ---


def test_a_transcript_lists_every_badge_in_order_with_its_sums(
    issued: Any, issuer: IssuerProfile, data_literacy: Template, solar: Template, now: datetime
) -> None:
    held = [
        issued(data_literacy, awarded_at=datetime(2026, 3, 1, tzinfo=UTC)),
        issued(solar, awarded_at=datetime(2025, 3, 1, tzinfo=UTC), score=None),
    ]
    (page,) = pages_of(transcript(held, issuer, "Anna Bērziņa", "lv", now))
    assert page.startswith("RĪGAS KOLEDŽA") and "Sekmju izraksts" in page and "Anna Bērziņa" in page
    assert page.index("Saules paneļu") < page.index("Datu pratība")
    for outcome in (*data_literacy.learning_outcomes, *solar.learning_outcomes):
        assert outcome.text["lv"] in page
    assert "86 %" in page
    assert "kopu: projekta darbs, tiešsaistē; rakstisks eksāmens, tiešsaistē" in " ".join(page.split())
    assert re.search(r"Kopā 120 3 ", page)


def test_a_long_transcript_names_its_columns_on_every_page(
    issued: Any, issuer: IssuerProfile, data_literacy: Template, now: datetime
) -> None:
    pages = pages_of(transcript([issued(data_literacy)] * 7, issuer, "Anna Bērziņa", "en", now))
    assert len(pages) == 3
    assert all("Micro-credential" in page and "Grade" in page for page in pages[:2])
    assert "Total 560 21" in pages[-1]


def test_half_hours_and_half_credits_are_written_as_the_language_does(
    issued: Any, issuer: IssuerProfile, data_literacy: Template, now: datetime
) -> None:
    odd = replace(data_literacy, workload_hours=Decimal("37.5"), credits=Decimal("1.5"))
    (page,) = pages_of(transcript([issued(odd)], issuer, "Anna", "lv", now))
    assert "37,5 1,5" in page
    (page,) = pages_of(transcript([issued(odd)], issuer, "Anna", "en", now))
    assert "37.5 1.5" in page


# --- The document itself ---


def test_every_document_word_is_used_and_is_in_both_languages() -> None:
    words = tomllib.loads((BADGES / "sentences" / "documents.toml").read_text(encoding="utf-8"))
    sources = [
        (BADGES / "pdf" / f"{name}.py").read_text(encoding="utf-8")
        for name in ("certificate", "transcript", "document")
    ]
    for code, text in words.items():
        assert text.keys() == {"en", "lv"}
        assert any(f'"{code}"' in source or f"'{code}'" in source for source in sources), code
        assert document_word(code, "lv") == text["lv"] and document_word(code, "de") == text["en"]


def test_words_flow_to_the_next_page_and_a_qr_code_is_a_link(now: datetime) -> None:
    document = PdfDocument(title="T", author="A", language="en", made_at=now)
    document.add_page()
    document.write_text("word " * 1500, Style(), width=RIGHT - LEFT)
    document.qr_code(PAGE, 20, 20, 30, "QR code")
    pdf = document.as_pdf()
    assert len(pages_of(pdf)) == 2
    assert PAGE.encode() in pdf


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<b>bold</b> & **bold** {nb} %s", "<b>bold</b> & **bold** {nb} %s"),
        ("tab\there\x00\x1b[0m\u200b\u202e.", "tab here[0m."),
        ("\ue000 \ud800 \U00012000", ""),
        ("no\ufffe character\uffff", "no character"),
        ("W" * 500, "W" * 500),
        ("(a\\b)", "(a\\b)"),
    ],
)
def test_any_text_is_only_text(written: str, read: str, now: datetime) -> None:
    document = PdfDocument(title=written, author=written, language="en", made_at=now)
    document.add_page()
    document.write_text(written, Style())
    pdf = document.as_pdf()
    (page,) = pages_of(pdf)
    assert page.replace(" ", "") == read.replace(" ", "") + "Page1of1"
    (xmp,) = (stream for head, stream in objects(pdf).values() if b"/Type /Metadata" in head)
    ElementTree.fromstring(re.sub(rb"<\?xpacket.*?\?>", b"", xmp))


def test_the_content_of_a_badge_is_read_in_the_language_of_the_document(
    issued: Any, data_literacy: Template
) -> None:
    badge = issued(data_literacy, language="lv")
    assert read_content(badge, "en").first("title") == "Data literacy for decision makers"
    assert read_content(badge, "lv").first("title") == "Datu pratība lēmumu pieņēmējiem"
    assert read_content(badge, "lv").first("no such element") == ""
    assert json.loads(badge.text)["credentialSubject"]["achievement"]["inLanguage"] == "lv"
