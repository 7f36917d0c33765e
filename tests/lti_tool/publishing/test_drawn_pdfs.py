"""A certificate that was drawn is given out again without drawing it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Semaphore

import pytest

from badges.pdf import certificate as certificates
from lti_tool.awarding import awards
from lti_tool.errors import RevokedError
from lti_tool.publishing import pdf_documents
from lti_tool.publishing.drawn_pdfs import DrawnPdfs
from lti_tool.store.models import Award, CredentialRow
from tests.fixtures import ANNA, NOW, complete, run_due_jobs


@pytest.fixture
def drawn(monkeypatch):
    """The languages of the certificates that are drawn, in order."""
    languages = []
    draw = certificates.certificate

    def certificate(badge, language):
        languages.append(language)
        return draw(badge, language)

    monkeypatch.setattr(certificates, "certificate", certificate)
    return languages


@pytest.fixture
def badge_id(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        return session.query(CredentialRow).one().id


def test_a_certificate_is_drawn_once_for_each_language(tool, badge_id, drawn):
    first = {language: pdf_documents.certificate_of(tool, badge_id, language) for language in ("en", "lv")}
    for language, pdf in first.items():
        assert pdf_documents.certificate_of(tool, badge_id, language) is pdf
    assert drawn == ["en", "lv"]


def test_a_revoked_badge_has_no_certificate_although_one_was_drawn(tool, badge_id):
    pdf_documents.certificate_of(tool, badge_id, "en")
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "Another learner's work", NOW)
    with pytest.raises(RevokedError):
        pdf_documents.certificate_of(tool, badge_id, "en")


class CountedKey:
    """A key that tells how often it was looked for."""

    def __init__(self):
        self.looks = Semaphore(0)

    def __hash__(self):
        self.looks.release()
        return 1


def test_ten_who_ask_at_once_wait_for_one_drawing():
    everybody = Barrier(10)
    drawings = []
    pdfs = DrawnPdfs(most_bytes=100)
    anna = CountedKey()

    def draw():
        drawings.append(1)
        if len(drawings) == 1:
            for _ in range(10):
                assert anna.looks.acquire(timeout=10), "the others have looked too, and found nothing"
        return b"pdf"

    def ask():
        everybody.wait()
        return pdfs.pdf_of(anna, draw)

    with ThreadPoolExecutor(10) as threads:
        answers = [threads.submit(ask) for _ in range(10)]
        assert {answer.result() for answer in answers} == {b"pdf"}
    assert len(drawings) == 1


def test_no_more_is_kept_than_fits():
    drawings = []
    pdfs = DrawnPdfs(most_bytes=100)

    def ask(key, size=40):
        return pdfs.pdf_of(key, lambda: drawings.append(key) or bytes(size))

    for key in ("one", "two", "one", "three", "one", "two"):
        ask(key)
    assert drawings == ["one", "two", "three", "two"]
    assert len(ask("large", 101)) == 101
    ask("one")
    assert drawings[-1] == "large"


def test_what_cannot_be_drawn_is_tried_again():
    pdfs = DrawnPdfs(most_bytes=100)

    def fail():
        raise ValueError

    with pytest.raises(ValueError):
        pdfs.pdf_of("anna", fail)
    assert pdfs.pdf_of("anna", lambda: b"pdf") == b"pdf"
