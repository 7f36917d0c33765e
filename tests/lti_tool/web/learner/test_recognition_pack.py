"""The recognition pack: its learner alone takes it away, and the verifier says whether it is genuine."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from uuid import uuid4

import pytest
from jsonschema import Draft201909Validator
from pypdf import PdfReader

from badges.recognition_pack.content import MOST_BADGES
from badges.recognition_pack.signed import read_pack
from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError, SealingError
from lti_tool.publishing.recognition_packs import pack_of, packed_rows
from lti_tool.sealing import Seal
from lti_tool.store import queries
from lti_tool.store.models import Award, CredentialRow, Event
from signing.seals.jades import verify_seal
from tests.cms_verification import openssl_accepts
from tests.fixtures import ANNA, JANIS, NOW, ZANE, complete, run_due_jobs
from tests.lti_tool.web.conftest import FROM_US, hidden, text_of
from tests.lti_tool.web.learner.test_downloads import college_seal, served
from tests.seal_certificates import COLLEGE, authority, pem

ADDRESS = "/lti/app/recognition-pack"


def ask(school, page, *badges, **fields):
    data = {"_launch": hidden(page, "_launch"), "badge": [str(each) for each in badges], **fields}
    return school.browser.post(ADDRESS, data=data)


def hand_in(school, content, name, **options):
    data = {"file": (io.BytesIO(content), name)}
    return school.browser.post("/verify", data=data, headers=FROM_US | options.pop("headers", {}), **options)


def test_a_learner_takes_it_away_as_pdf_and_as_json(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    assert "Recognition pack (PDF)" in text_of(page)
    pdf = ask(school, page, annas_badge, form="pdf")
    assert pdf.data.startswith(b"%PDF-") and pdf.headers["Cache-Control"] == "no-store"
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="recognition-pack.pdf"'
    pack = ask(school, page, annas_badge, annas_badge, form="json").get_json()
    assert pack["issuer"]["id"] == web_tool.issuer.profile.id
    schema = school.browser.get(pack["schema"].removeprefix(web_tool.tool_url))
    assert schema.json["$id"] == pack["form"]
    assert not list(Draft201909Validator(schema.json).iter_errors(pack))
    (badge,) = pack["badges"]
    with web_tool.store.read() as session:
        assert badge["credential"] == queries.credentials.credential(session, annas_badge).text
        events = [event for event in session.query(Event) if event.why == "recognition_pack"]
        assert [(event.about_kind, event.data) for event in events] == [("person", {"badges": 1})] * 2


def test_the_verifier_says_that_it_is_genuine_and_checks_each_badge(school, annas_badge):
    page = school.launch(ANNA)
    for form in ("pdf", "json"):
        pack = ask(school, page, annas_badge, form=form).data
        answer = text_of(hand_in(school, pack, f"recognition-pack.{form}"))
        assert "This recognition pack is as" in answer and "1 is genuine and valid" in answer
    said = hand_in(school, pack, "x.json", headers={"Accept": "application/json"}).get_json()
    assert said["pack"] == "genuine"
    assert [each["report"]["verdict"] for each in said["reports"]] == ["verified"]


def test_the_verifier_says_that_it_was_changed(school, annas_badge):
    pack = ask(school, school.launch(ANNA), annas_badge, form="json").get_json()
    pack["badges"][0]["elements"]["level"] = [{"en": "EQF: Level 8"}]
    answer = text_of(hand_in(school, json.dumps(pack).encode(), "pack.json"))
    assert "was changed after it was signed" in answer and "1 is genuine and valid" in answer
    assert "EQF: Level 8" not in answer


def test_a_badge_that_was_revoked_since_is_seen_in_its_pack(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    pack = ask(school, page, annas_badge, form="json").data
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "Another learner's work", NOW)
    assert "1 is not to be relied on" in text_of(hand_in(school, pack, "pack.json"))
    assert ask(school, page, annas_badge, form="json").status_code == 410


def test_nobody_takes_away_the_pack_of_another(school, annas_badge):
    for person in (JANIS, ZANE):
        assert ask(school, school.launch(person), annas_badge).status_code == 404
    assert school.browser.post(ADDRESS, data={"badge": annas_badge}).status_code in (401, 403)
    assert school.browser.post("/my/recognition-pack", data={"badge": annas_badge}).status_code in (
        302,
        303,
        401,
        403,
    )


@pytest.mark.parametrize(
    ("badges", "status"),
    [([], 403), (["x"], 404), ([str(uuid4())], 404), ([str(uuid4()) for _ in range(MOST_BADGES + 1)], 403)],
    ids=["none", "no id", "unknown", "too many"],
)
def test_what_is_no_choice_of_badges_is_refused(school, annas_badge, badges, status):
    assert ask(school, school.launch(ANNA), *badges).status_code == status


def test_a_suspended_badge_is_in_no_pack(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    with web_tool.store.begin() as session:
        queries.credentials.credential(session, annas_badge).suspended_at = NOW
    assert ask(school, page, annas_badge).status_code == 404


def test_with_a_seal_of_the_institution_it_is_sealed_too(school, annas_badge, web_tool):
    assert "electronic seal (JSON)" not in text_of(school.launch(ANNA))
    assert ask(school, school.launch(ANNA), annas_badge, form="sealed").status_code == 404
    with served(school, replace(web_tool, seal=college_seal())):
        page = school.launch(ANNA)
        assert "Recognition pack with electronic seal (JSON)" in text_of(page)
        sealed = ask(school, page, annas_badge, form="sealed").get_data(as_text=True)
        assert json.loads(verify_seal(sealed).document)["type"] == ["RecognitionPack"]
        answer = text_of(hand_in(school, sealed.encode(), "sealed.json"))
        assert "This recognition pack is as" in answer and "seal, which fits what is in it" in answer
        assert (
            "names SIA Rīgas koledža (NTRLV-40000000001)" in answer
            and "Not checked here: who issued" in answer
        )
        assert "The issuer of these badges says that it is this legal person." in answer
        told = hand_in(school, sealed.encode(), "x.json", headers={"Accept": "application/json"}).get_json()
        assert (told["pack"], told["seal"]["outcome"], told["seal"]["names_issuer"]) == (
            "genuine",
            "fits",
            True,
        )
        changed = sealed.replace("2022/C 243/02", "2022/C 243/03", 1)
        answer = text_of(hand_in(school, changed.encode(), "sealed.json"))
        assert "was changed after" in answer and "seal around it does not fit what is in it" in answer
        assert "this legal person" not in answer


def test_with_a_seal_of_the_institution_its_pdf_is_sealed_itself(school, annas_badge, web_tool, tmp_path):
    without = ask(school, school.launch(ANNA), annas_badge, form="pdf").data
    assert "/AcroForm" not in PdfReader(io.BytesIO(without)).root_object
    assert "has no signature" in words_of(without) and "sealed electronically" not in words_of(without)
    with served(school, replace(web_tool, seal=college_seal())):
        page = school.launch(ANNA)
        assert "Recognition pack with electronic seal (PDF)" in text_of(page)
        answer = ask(school, page, annas_badge, form="sealed_pdf")
        assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
        said = words_of(answer.data)
        assert "sealed electronically by SIA Rīgas koledža (NTRLV-40000000001)" in said
        assert "has no signature" not in said and "paraksta nav" not in said
        (field,) = PdfReader(io.BytesIO(answer.data), strict=True).root_object["/AcroForm"]["/Fields"]
        _, first, second, _ = field.get_object()["/V"]["/ByteRange"]
        covered = answer.data[:first] + answer.data[second:]
        der = bytes.fromhex(answer.data[first + 1 : second - 1].decode())
        assert openssl_accepts(tmp_path, der, covered, pem(authority()), NOW)
        assert "This recognition pack is as" in text_of(hand_in(school, answer.data, "pack.pdf"))
        for other in (JANIS, ZANE):
            assert ask(school, school.launch(other), annas_badge, form="sealed_pdf").status_code == 404
    with web_tool.store.read() as session:
        events = [event.data for event in session.query(Event) if event.why == "recognition_pack"]
    assert events == [{"badges": 1}, {"badges": 1, "sealed": 1}]
    assert ask(school, school.launch(ANNA), annas_badge, form="sealed_pdf").status_code == 404


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.parametrize("form", ["sealed", "sealed_pdf"])
def test_where_it_cannot_be_sealed_a_page_says_what_to_do(school, annas_badge, web_tool, form):
    def silent():
        raise SealingError("signer_unreachable", "info: sign.example did not answer in time")

    for seal, words in (
        (Seal(place="remote", find_key=silent), "Try again in a few minutes"),
        (college_seal(subject=COLLEGE | {"organizationIdentifier": "NTRLV-4"}), "Trying again does not help"),
    ):
        with served(school, replace(web_tool, seal=seal)):
            answer = ask(school, school.launch(ANNA), annas_badge, form=form)
            assert answer.status_code == 200 and words in text_of(answer)
            # The same is tried again that was asked for.
            assert (f'value="{form}"' in answer.text) == ("few minutes" in words)
            assert f'value="{annas_badge}"' in answer.text
    with web_tool.store.read() as session:
        assert [event for event in session.query(Event) if event.why == "recognition_pack"] == []


def test_my_badges_offers_it_for_the_badges_of_each_issuer(school, annas_badge):
    page = school.launch(ANNA)
    mine = school.browser.post("/lti/app/mine", data={"_launch": hidden(page, "_launch")})
    assert f'action="{ADDRESS}"' in mine.text and f'value="{annas_badge}" checked' in mine.text


def test_too_many_badges_make_no_pack_and_one_twice_is_one(school, annas_badge, web_tool):
    with web_tool.store.begin() as session:
        row = session.get_one(CredentialRow, annas_badge)
        assert packed_rows(session, [annas_badge, annas_badge]) == [row]
        with pytest.raises(NotAllowedError):
            packed_rows(session, [annas_badge] + [str(uuid4()) for _ in range(MOST_BADGES)])


def test_badges_of_two_accounts_of_one_learner_make_one_pack(
    school, annas_badge, web_tool, platform, course_rule
):
    complete(web_tool, platform, 1, JANIS)
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        ids = [row.id for row in session.query(CredentialRow)]
        assert len({row.award.person_id for row in packed_rows(session, ids)}) == 2
        pack = read_pack(pack_of(web_tool, session, packed_rows(session, ids)).signed)
    assert len(pack.credentials) == 2
    assert web_tool.check_pack(pack) == "genuine"
    # But never with one that is not theirs: each is asked for by itself.
    assert ask(school, school.launch(ANNA), *ids).status_code == 404
