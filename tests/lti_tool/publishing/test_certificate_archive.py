"""The certificates of several learners in a ZIP: made one by one, with names that no system stumbles over."""

import io
import zipfile
from uuid import uuid4

import pytest

from lti_tool.publishing.certificate_archive import archive_of, file_name
from lti_tool.store.models import Award, CredentialRow
from lti_tool.store.queries.credentials import NamedCredential
from tests.fixtures import ANNA, JANIS, complete, rows, run_due_jobs


@pytest.fixture
def chosen(tool, platform, rule_id):
    """Two badges that were chosen."""
    for person in (ANNA, JANIS):
        complete(tool, platform, rule_id, person)
    run_due_jobs(tool)
    with tool.store.read() as session:
        return [
            NamedCredential(each.credential.id, each.person.name)
            for each in session.query(Award).order_by(Award.id)
        ]


def test_each_certificate_is_a_pdf_named_for_its_learner(tool, chosen, clock):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(archive_of(tool, chosen, "en", clock()))))
    assert archive.testzip() is None
    assert archive.namelist() == [
        f"{name}-{each.credential_id[-12:]}.pdf"
        for name, each in zip(("Anna-Bērziņa", "Jānis-Kalniņš"), chosen, strict=True)
    ]
    assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())


def test_a_certificate_is_sent_before_the_next_is_drawn(tool, chosen, clock):
    asked = []

    def one_by_one():
        for each in chosen:
            asked.append(each)
            yield each

    pieces = archive_of(tool, one_by_one(), "en", clock())
    first = next(pieces)
    assert b"%PDF-" in first and len(asked) == 1


def test_what_was_revoked_or_erased_since_is_left_out(tool, chosen, clock):
    (anna, janis) = chosen
    with tool.store.begin() as session:
        session.get_one(CredentialRow, anna.credential_id).revoked_at = clock()
    gone = NamedCredential(str(uuid4()), "Toms")
    content = b"".join(archive_of(tool, [anna, gone, janis], "en", clock()))
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 1
    assert len(rows(tool, CredentialRow)) == 2


@pytest.mark.parametrize(
    "name, expected",
    [
        ("../../etc/passwd", "etc-passwd"),
        ('a/b\\c:d*e?f"g<h>i|j\n\u202etxt', "a-b-c-d-e-f-g-h-i-j-txt"),
        ("CON", "CON"),
        ("Ю́лия 王", "Ю-лия-王"),
        ("", "learner"),
        (None, "learner"),
        ("...", "learner"),
        ("Ļ" * 200, "Ļ" * 60),
    ],
)
def test_a_name_of_a_file_is_harmless_and_of_one_badge_only(name, expected):
    ids = [str(uuid4()) for _ in range(2)]
    names = [file_name(NamedCredential(each, name)) for each in ids]
    assert names == [f"{expected}-{each[-12:]}.pdf" for each in ids]
