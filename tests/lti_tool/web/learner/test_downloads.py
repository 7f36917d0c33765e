"""What can be taken away: the certificate by whoever sees the badge, all else by those it is about."""

import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.pdf.attachments import attached_text
from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.errors import RevokedError, SealingError
from lti_tool.issuing import legal_identity
from lti_tool.publishing import europass, pdf_documents
from lti_tool.sealing import Seal
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, Event
from lti_tool.web import rate_limits
from lti_tool.web.current import install, tool_of
from signing.seals.certificates import seal_certificate
from signing.seals.jades import verify_seal
from signing.seals.key_files import KeyInFile
from tests.fixtures import ANNA, JANIS, NOW, ZANE, change_issuer, complete, run_due_jobs
from tests.lti_tool.web.conftest import FROM_US, hidden, list_of_everybody, text_of
from tests.seal_certificates import COLLEGE, certificate, key


def post(school, page, address, **fields):
    return school.browser.post(address, data={"_launch": hidden(page, "_launch"), **fields})


def revoke(tool):
    with tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "Another learner's work", NOW)


def test_the_certificate_contains_the_secured_credential_and_verifies(school, annas_badge, web_tool, clock):
    answer = school.browser.get(f"/badges/{annas_badge}.pdf?lang=lv")
    assert answer.mimetype == "application/pdf" and answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    with web_tool.store.read() as session:
        assert attached_text(answer.data).text == queries.credentials.credential(session, annas_badge).text
    assert verify(answer.data, web_tool.find_key, web_tool.find_status, clock()).verdict == "verified"
    assert b"/Lang (lv)" in answer.data
    assert b"/Lang (en)" in school.browser.get(f"/badges/{annas_badge}.pdf?lang=en").data


def test_the_verifier_page_accepts_the_certificate(school, annas_badge):
    pdf = school.browser.get(f"/badges/{annas_badge}.pdf").data
    answer = school.browser.post(
        "/verify", data={"file": (io.BytesIO(pdf), "certificate.pdf")}, headers=FROM_US
    )
    assert "genuine and valid" in text_of(answer)


def test_the_learners_and_the_public_page_link_to_the_certificate(school, annas_badge):
    for page in (school.launch(ANNA), school.browser.get(f"/badges/{annas_badge}")):
        assert f'href="/badges/{annas_badge}.pdf?lang=en"' in page.text


def test_a_revoked_badge_has_no_certificate_and_is_on_no_transcript(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    revoke(web_tool)
    assert school.browser.get(f"/badges/{annas_badge}.pdf").status_code == 410
    assert f"{annas_badge}.pdf" not in school.browser.get(f"/badges/{annas_badge}").text
    assert post(school, page, "/lti/app/transcript").status_code == 404
    with pytest.raises(RevokedError):
        pdf_documents.certificate_of(web_tool, annas_badge, "en")


def test_a_suspended_badge_has_no_certificate_until_it_is_reinstated(school, annas_badge, web_tool):
    def papers_there() -> tuple[bool, bool]:
        with web_tool.store.read() as session:
            row = queries.credentials.credential(session, annas_badge)
            held = queries.credentials.credentials_of_learner(session, row.award.person_id)
            assert held == queries.credentials.credentials_of_rule(session, row.award.rule_id)
            assert held == queries.credentials.credentials_to_export(session, None, web_tool.issuer.id)
        return bool(held), school.browser.get(f"/badges/{annas_badge}.pdf").status_code == 200

    assert papers_there() == (True, True)
    with web_tool.store.begin() as session:
        queries.credentials.credential(session, annas_badge).suspended_at = NOW
    assert papers_there() == (False, False)
    with web_tool.store.begin() as session:
        queries.credentials.credential(session, annas_badge).suspended_at = None
    assert papers_there() == (True, True)


def test_a_learner_downloads_the_transcript(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    assert "Transcript of records (PDF)" in text_of(page)
    answer = post(school, page, "/lti/app/transcript")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="transcript.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    with web_tool.store.read() as session:
        person_id = session.query(Award).one().person_id
    assert pdf_documents.transcript_of(web_tool, web_tool.issuer, person_id, "en") == answer.data


def test_only_the_learner_has_a_transcript(school, annas_badge):
    assert post(school, school.launch(ZANE), "/lti/app/transcript").status_code == 403
    assert post(school, school.launch(JANIS), "/lti/app/transcript").status_code == 404
    assert school.browser.post("/lti/app/transcript").status_code in (401, 403)
    assert school.browser.get("/lti/app/transcript").status_code == 405


def test_a_learner_downloads_the_own_badge_for_europass(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    address = f"/lti/app/badges/{annas_badge}/europass"
    assert address in page.text
    document = post(school, page, address).get_json()
    assert document.keys() == {"credential", "deliveryDetails"}
    person = document["credential"]["credentialSubject"]
    assert person["fullName"] == {"en": "Anna Bērziņa"}
    assert document["credential"]["identifier"][0]["notation"].endswith(annas_badge)
    assert post(school, school.launch(JANIS), address).status_code == 404
    assert post(school, school.launch(ZANE), address).status_code == 404


def college_seal(**changes) -> Seal:
    own = seal_certificate([certificate(key(), **changes)])
    in_file = KeyInFile(certificate=own, private=key())
    return Seal(place="file", find_key=lambda: in_file)


@contextmanager
def served(school, tool):
    """The same application, for a while with that tool."""
    app = school.browser.application
    before = tool_of(app)
    install(app, tool)
    yield
    install(app, before)


def test_a_learner_downloads_the_badge_with_the_seal_of_the_institution(school, annas_badge, web_tool, clock):
    """Who may have it is who might have it without; nobody else causes a seal to be made."""
    address = f"/lti/app/badges/{annas_badge}/europass"
    assert "only an institution can give it one" in text_of(school.launch(ANNA))
    with served(school, replace(web_tool, seal=college_seal())):
        page = school.launch(ANNA)
        assert "This file has the electronic seal of Riga College." in text_of(page)
        answer = post(school, page, address)
        assert answer.mimetype == "application/json" and "attachment" in answer.headers["Content-Disposition"]
        found = verify_seal(answer.get_data(as_text=True))
        assert json.loads(found.document)["identifier"][0]["notation"].endswith(annas_badge)
        assert found.sealed_at == clock().replace(microsecond=0)
        # For the Europass Issuer, which makes its own seal.
        assert post(school, page, address, seal="no").get_json().keys() == {"credential", "deliveryDetails"}
        for other in (JANIS, ZANE):
            assert post(school, school.launch(other), address).status_code == 404
        with web_tool.store.read() as session:
            exported = session.query(Event).filter_by(what="exported").order_by(Event.id).all()
            assert [(each.why, each.data) for each in exported] == [
                ("europass", {"sealed": 1}),
                ("europass", {}),
            ]


def test_where_nothing_can_be_sealed_a_page_says_what_to_do(school, annas_badge, web_tool):
    address = f"/lti/app/badges/{annas_badge}/europass"

    def silent():
        raise SealingError("signer_unreachable", "info: sign.example did not answer in time")

    for seal, words in (
        (Seal(place="remote", find_key=silent), "Try again in a few minutes"),
        (college_seal(ends=NOW - timedelta(days=1)), "Trying again does not help"),
        (college_seal(subject=COLLEGE | {"organizationIdentifier": "NTRLV-4"}), "Trying again does not help"),
    ):
        with served(school, replace(web_tool, seal=seal)):
            answer = post(school, school.launch(ANNA), address)
            assert answer.status_code == 200 and words in text_of(answer)
            assert "Download it without a seal" in text_of(answer)
    with web_tool.store.begin() as session:
        queries.credentials.credential(session, annas_badge).suspended_at = NOW
    with served(school, replace(web_tool, seal=college_seal())):
        assert "A suspended badge is not sealed" in text_of(post(school, school.launch(ANNA), address))


def test_nobody_has_seals_made_all_day_long(school, annas_badge, web_tool, app, monkeypatch):
    """A trust service may charge for each; what needs no seal is not counted."""
    address = f"/lti/app/badges/{annas_badge}/europass"
    with served(school, replace(web_tool, seal=college_seal())):
        page = school.launch(ANNA)
        monkeypatch.setattr(rate_limits._limiter_of(app), "enabled", True)
        assert [post(school, page, address).status_code for _ in range(14)] == [200] * 12 + [429] * 2
        assert post(school, page, address, seal="no").status_code == 200


def test_a_teacher_downloads_the_badges_of_a_rule_for_europass(school, annas_badge, course_rule, web_tool):
    address = f"/lti/app/rules/{course_rule}/europass"
    page = list_of_everybody(school)
    assert address in page.text
    answer = post(school, page, address)
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        (document,) = (json.loads(packed.read(name)) for name in packed.namelist())
    assert document["credential"]["identifier"][0]["notation"].endswith(annas_badge)
    assert post(school, school.launch(ANNA), address).status_code == 403
    revoke(web_tool)
    assert "Nobody has the badge yet." in text_of(post(school, school.launch(ZANE), address))


def test_what_europass_would_reject_is_shown_first(school, course_rule, web_tool, platform, clock):
    change_issuer(web_tool, eidas_identifier=None)
    with web_tool.store.begin() as session:
        legal_identity.confirm(session, web_tool.issuer, clock())
    complete(web_tool, platform, course_rule, ANNA)
    run_due_jobs(web_tool)
    answer = post(school, school.launch(ZANE), f"/lti/app/rules/{course_rule}/europass", rest="yes")
    words = text_of(answer)
    assert "Europass would reject" in words and "NTRLV" in words and "/issuer/eIDASIdentifier" in words
    nobody = web_tool.issuers
    with web_tool.store.read() as session:
        batch = europass.batch_of(nobody, session.query(CredentialRow))
        assert (batch.packed, [lack.code for _, lack in batch.lacking]) == (0, ["missing_eIDASIdentifier"])
        assert europass.upload_of(nobody, session.query(CredentialRow).one()).startswith(b"{")
