"""A portfolio takes what it is meant for, so much of it, and is frozen once it is handed in."""

import io
import zipfile

import pytest

from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.prior_learning import applications, file_types, portfolio
from lti_tool.prior_learning.portfolio import About
from lti_tool.store import queries
from lti_tool.store.models import PriorLearningItem, PriorLearningPart
from tests import prior_learning as steps
from tests.fixtures import publish, rows

ABOUT = About(title="Diploma", outcomes=(1, 9, 1))


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


@pytest.fixture
def application_id(tool, offer_id):
    return steps.documenting(tool, offer_id)


def refused(act, *given):
    with pytest.raises(PriorLearningError) as error:
        act(*given)
    return error.value.code


def add(tool, application_id, content, about=ABOUT):
    return steps.change(tool, application_id, portfolio.add_file, about, content, tool.clock()).id


def archive(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name in names:
            made.writestr(name, file_types.ODT.media_type if name == "mimetype" else "x")
    return packed.getvalue()


def test_a_file_is_kept_in_parts_with_its_hash(tool_on_any_database):
    tool = tool_on_any_database
    application_id = steps.documenting(tool, steps.offer(tool, publish(tool)))
    content = steps.PDF + bytes(range(256)) * 1000
    item_id = add(tool, application_id, content)
    (item,) = rows(tool, PriorLearningItem)
    assert (item.size, item.media_type, item.outcomes) == (len(content), "application/pdf", [1])
    assert len(rows(tool, PriorLearningPart)) == 4
    with tool.store.read() as session:
        assert b"".join(queries.prior_learning.contents(session, item_id)) == content


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        ("Ķekava\n".encode(), "text/plain"),
        (archive("mimetype", "content.xml"), file_types.ODT.media_type),
        (archive("[Content_Types].xml", "word/document.xml"), file_types.DOCX.media_type),
    ],
)
def test_the_type_is_told_by_the_bytes(content, media_type):
    assert file_types.type_of(content).media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a\x01\x00",
        b"MZ\x90\x00",
        b"\x7fELF",
        b"<svg/>\x00",
        b"\xfe\xff\x00x",
        archive("evil.exe"),
        archive("a/mimetype"),
        b"PK\x03\x04",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"\x00" * 100,
    ],
)
def test_no_other_file_is_taken(content):
    assert refused(file_types.type_of, content) == "file_type"


def test_markup_is_text_and_nothing_else():
    assert file_types.type_of(b"<script>alert(1)</script>") is file_types.TEXT


def test_an_archive_is_never_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b"\x00" * 50_000_000)
        made.writestr("word/document.xml", "x")
    assert file_types.type_of(packed.getvalue()) is file_types.DOCX


def test_a_file_is_not_larger_than_it_may_be(tool, application_id, monkeypatch):
    monkeypatch.setattr(portfolio, "MOST_FILE_BYTES", 100)
    assert refused(add, tool, application_id, b"x" * 101) == "too_large"
    assert refused(add, tool, application_id, b"") == "empty"


def test_all_applications_of_a_person_have_one_limit(tool, offer_id, application_id, monkeypatch):
    monkeypatch.setattr(portfolio, "MOST_BYTES", 150)
    add(tool, application_id, b"x" * 100)
    assert refused(add, tool, application_id, b"x" * 51) == "full"
    steps.change(tool, application_id, applications.withdraw, tool.clock())
    tool.clock.advance(hours=1)
    again = steps.documenting(tool, offer_id)
    assert refused(add, tool, again, b"x" * 51) == "full"
    add(tool, again, b"x" * 50)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://a b",
        "https://user@example.org/",
        "https://[::1",
        "HTTPS//x",
        "https://ex\nample.org",
        "https://example.org/" + "x" * 1000,
        "",
    ],
)
def test_a_link_is_an_address_of_https(tool, application_id, url):
    assert refused(steps.change, tool, application_id, portfolio.add_link, ABOUT, url, tool.clock()) == "url"


def test_what_is_handed_in_is_never_changed(tool, application_id):
    item_id = add(tool, application_id, steps.PDF)
    steps.change(tool, application_id, portfolio.hand_in, tool.clock())
    with tool.store.begin() as session:
        row = steps.row_of(session, application_id)
        (item,) = row.items
        assert refused(portfolio.remove, session, row, item, tool.clock()) == "wrong_step"
        assert refused(portfolio.go_back, session, row, tool.clock()) == "wrong_step"
    assert refused(add, tool, application_id, steps.PDF) == "wrong_step"
    assert [row.id for row in rows(tool, PriorLearningItem)] == [item_id]


def test_an_empty_portfolio_is_not_handed_in(tool, application_id):
    assert refused(steps.change, tool, application_id, portfolio.hand_in, tool.clock()) == "nothing"


def test_a_badge_that_does_not_verify_is_not_put_in(tool, application_id):
    from types import SimpleNamespace

    kept = SimpleNamespace(text="{}", issuer="Liepaja School")
    report = SimpleNamespace(verdict="forged")
    act = portfolio.add_badge
    assert refused(steps.change, tool, application_id, act, ABOUT, kept, report, tool.clock()) == "badge"


def test_a_stored_file_has_a_plain_name(tool, application_id):
    add(tool, application_id, steps.PDF, About(title='../..\\"evil\r\n.exe\u202e'))
    (item,) = rows(tool, PriorLearningItem)
    assert portfolio.file_name(item) == f"evil-exe-{item.sha256[:8]}.pdf"


def test_nobody_begins_where_nothing_is_open(tool, offer_id):
    with tool.store.begin() as session:
        row = queries.prior_learning.offer(session, offer_id)
        steps.offers.close(session, row, tool.clock(), steps.BY)
    assert refused(steps.begun, tool, offer_id) == "closed"


def test_an_issuer_opens_only_its_own_templates(tool):
    with pytest.raises(NotFoundError):
        steps.offer(tool, "00000000-0000-4000-8000-000000000000")
