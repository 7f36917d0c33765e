"""My badges as a learner sees it: what they keep there of other issuers, and the programs that they gave access."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from badges.bake import JWS_TYPE, bake
from badges.verify import Report
from badges.verify.report import Check
from lti_tool.backpack import keeping
from lti_tool.issuing.bound import issue_bound
from lti_tool.issuing.sd_jwt_forms import VC_SD_JWT
from lti_tool.privacy.export import export_of
from lti_tool.store.models import Award, Event, KeptBadge, Outbox, ProgramAccess
from lti_tool.web.backpack import kept
from signing.data_integrity import MEDIA_TYPE
from signing.did import did_key
from signing.keys import generate
from signing.secured import SecuredCredential
from tests.backpack import kept_badge
from tests.fixtures import ANNA, rows, run_job
from tests.lti_tool.web.backpack.conftest import OTHER, changed, identifier, stranger_badge
from tests.lti_tool.web.backpack.conftest import PRIVATE as ADDRESS
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, FROM_US, hidden, text_of


def png_of(text: str, media_type: str = MEDIA_TYPE) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return bake(out.getvalue(), SecuredCredential(text, media_type))


def bring(browser, file, name="badge.png", headers=FROM_US):
    content = file.encode() if isinstance(file, str) else file
    return browser.post("/my/kept", data={"file": (io.BytesIO(content), name)}, headers=headers)


@pytest.fixture
def welding(outside, stranger, web_tool) -> KeptBadge:
    """A badge of another issuer that Anna keeps."""
    assert bring(outside, stranger_badge(stranger)).status_code == 200
    (row,) = rows(web_tool, KeptBadge)
    return row


def test_a_badge_is_kept_as_picture_json_or_jwt_and_told_apart(outside, stranger, web_tool):
    jws = stranger_badge(stranger, 2, proof="vc-jwt-eddsa", name="Soldering")
    text = stranger_badge(stranger)
    page = bring(outside, png_of(text))
    assert "The badge was added to your list." in text_of(page)
    assert "The badge was added" in text_of(bring(outside, jws, "badge.jwt"))
    in_picture = stranger_badge(stranger, 3, proof="vc-jwt-eddsa", name="Brazing")
    page = bring(outside, png_of(in_picture, JWS_TYPE))
    words = text_of(page)
    for name in ("Welding", "Soldering", "Brazing"):
        assert name in words
    assert "Badges of other issuers" in words and "Issuer, as the badge says: Liepaja School" in words
    assert "Valid Checked on 21 November 2026" in words and "Not shown as yours" not in words
    with web_tool.store.read() as session:
        texts = {row.form: row.text for row in session.query(KeptBadge).order_by(KeptBadge.id.desc())}
    assert texts == {"json": text, "jwt": jws}
    # The same once more, and a newer one of the same id.
    assert "in your list already" in text_of(bring(outside, text))
    newer = stranger_badge(stranger, validFrom="2026-02-02T00:00:00Z", name="Welding II")
    assert "The badge replaced an older one." in text_of(bring(outside, newer))
    assert len(rows(web_tool, KeptBadge)) == 3


def test_a_badge_of_somebody_else_is_kept_and_not_shown_as_theirs(outside, stranger):
    page = bring(outside, stranger_badge(stranger, address=OTHER))
    assert "Not shown as yours: it names none of the addresses that you have proved." in text_of(page)
    assert '<li class="past">' in page.text


def test_what_is_no_badge_or_not_genuine_says_so_and_is_not_kept(outside, stranger, web_tool, monkeypatch):
    text = stranger_badge(stranger)
    without = json.dumps({name: value for name, value in json.loads(text).items() if name != "proof"})
    for file, words in (
        (changed(text), "The badge was not added, because it is not genuine:"),
        (png_of(changed(text)), "The badge was not added, because it is not genuine:"),
        (without, "without a signature nobody can check it."),
        ("not a badge", "No badge was added:"),
        (b"\x89PNG\r\n\x1a\n", "No badge was added:"),
        ("{" * 5000, "No badge was added:"),
        ("", "Choose a file first."),
    ):
        page = bring(outside, file)
        assert words in text_of(page) and 'aria-describedby="wrong"' in page.text, file
        assert "Valid Checked" not in text_of(page)
    assert outside.post("/my/kept", headers=FROM_US).status_code == 200
    assert rows(web_tool, KeptBadge) == []
    monkeypatch.setattr(kept, "MAX_BYTES", 10)
    assert bring(outside, text).status_code == 413


def test_a_form_of_another_site_adds_nothing(outside, stranger, web_tool):
    assert bring(outside, stranger_badge(stranger), headers=FROM_ELSEWHERE).status_code == 403
    assert outside.post("/my/kept/all", headers=FROM_ELSEWHERE).status_code == 403
    assert rows(web_tool, KeptBadge) == []


def test_who_is_not_signed_in_is_led_to_the_form_for_that(app, own, stranger):
    for answer in (
        bring(own, stranger_badge(stranger)),
        own.get("/my/kept/1/file"),
        *(
            own.post(f"/my/{path}", headers=FROM_US)
            for path in ("kept/1/check", "kept/1/remove", "kept/all", "programs/1/end")
        ),
    ):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/my")


@pytest.mark.parametrize(
    ("verdict", "english", "latvian"),
    [
        ("verified", "Valid", "Derīga"),
        ("expired", "Expired", "termiņš"),
        ("revoked", "Revoked", "Atsaukta"),
        ("suspended", "Suspended", "Derīgums apturēts"),
        ("not_yet_valid", "Not valid yet", "Vēl nav derīga"),
        ("unverifiable", "Could not be checked", "Nevarēja pārbaudīt"),
        ("changed", "Not genuine", "Nav īsta"),
        ("wrong_issuer", "Not genuine", "Nav īsta"),
    ],
)
def test_each_state_has_its_words(outside, anna, web_tool, verdict, english, latvian):
    subject = {"identifier": identifier(ADDRESS)}
    with web_tool.store.begin() as session:
        session.add(kept_badge(anna, web_tool.clock(), verdict=verdict, subject=subject))
    assert f"Welding Issuer, as the badge says: Liepaja School {english} Checked on" in text_of(
        outside.get("/my")
    )
    assert latvian.lower() in text_of(outside.get("/my?lang=lv")).lower()


def test_a_badge_is_checked_when_asked_and_every_day(outside, welding, web_tool, clock, monkeypatch):
    page = outside.post(f"/my/kept/{welding.id}/check", headers=FROM_US)
    assert "Unchanged, from an issuer that is not known to this site" in text_of(
        page
    ) or "Welding" in text_of(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    revoked = Report(
        checks=(Check(name="status", outcome="failed", code="revoked"),), credential=None, verdict="revoked"
    )
    monkeypatch.setattr(type(web_tool), "verify", lambda self, file: revoked)
    clock.advance(days=1, minutes=1)
    with web_tool.store.begin() as session:
        keeping.schedule_checks(session, clock())
        keeping.schedule_checks(session, clock())
    assert [row.task for row in rows(web_tool, Outbox) if row.task == keeping.TASK] == [keeping.TASK]
    run_job(web_tool, f"kept-{welding.id}")
    (row,) = rows(web_tool, KeptBadge)
    assert (row.verdict, row.checked_at) == ("revoked", clock())
    assert [row for row in rows(web_tool, Outbox) if row.task == keeping.TASK] == []


def test_checks_of_many_badges_are_spread_over_time(anna, web_tool, clock):
    long_ago = clock() - timedelta(days=2)
    with web_tool.store.begin() as session:
        for number in range(3):
            session.add(kept_badge(anna, long_ago + timedelta(hours=number), identity=f"{number:064}"))
        session.flush()
        keeping.schedule_checks(session, clock())
    jobs = sorted((row.due_at, row.id) for row in rows(web_tool, Outbox) if row.task == keeping.TASK)
    assert jobs == [(clock() + n * keeping.APART, f"kept-{n + 1}") for n in range(3)]


def test_a_check_of_a_badge_that_was_removed_ends(outside, welding, web_tool, clock):
    with web_tool.store.begin() as session:
        keeping.schedule_checks(session, clock() + timedelta(days=2))
    assert "removed from this list" in text_of(outside.post(f"/my/kept/{welding.id}/remove", headers=FROM_US))
    run_job(web_tool, f"kept-{welding.id}")
    assert rows(web_tool, KeptBadge) == []
    assert [row for row in rows(web_tool, Outbox) if row.task == keeping.TASK] == []


def test_all_badges_are_taken_as_files(annas_badge, outside, welding, web_tool, stranger):
    with web_tool.store.read() as session:
        text = session.get(KeptBadge, welding.id).text
    answer = outside.get(f"/my/kept/{welding.id}/file")
    assert answer.text == text and 'filename="kept-badge-1.json"' in answer.headers["Content-Disposition"]
    answer = outside.post("/my/kept/all", headers=FROM_US)
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert set(archive.namelist()) == {"kept-badge-1.json", f"{annas_badge}.json", f"{annas_badge}.png"}
    assert archive.read("kept-badge-1.json").decode() == text
    assert [row.why for row in rows(web_tool, Event) if row.what == "exported"] == ["badges"]


def test_what_is_kept_is_in_the_export_of_the_person(inside, welding, anna, web_tool):
    pieces = b"".join(export_of(web_tool, [anna], web_tool.clock()))
    archive = zipfile.ZipFile(io.BytesIO(pieces))
    tables = json.loads(archive.read("data.json"))["tables"]
    assert [row["name"] for row in tables["kept_badge"]["rows"]] == ["Welding"]
    assert [row["client_id"] for row in tables["program_access"]["rows"]] == [inside.client["client_id"]]
    assert "badges/kept-badge-1.json" in archive.namelist()
    for secret in (*inside.tokens.values(), inside.client["client_secret"]):
        assert str(secret).encode() not in pieces or secret in (3600, "Bearer")


def test_programs_are_listed_and_ended(inside, web_tool):
    page = inside.learner.get("/my")
    words = text_of(page)
    assert "Wallet of Everybody wallet.example Access since 21 November 2026" in words
    assert "Do this also while you are not here, until you end it." in words
    (access,) = rows(web_tool, ProgramAccess)
    page = inside.learner.post(f"/my/programs/{access.id}/end", headers=FROM_US)
    assert "The program has no access any more." in text_of(page) and "Wallet of" not in page.text
    assert inside.read().status_code == 401 and inside.refresh().status_code == 400
    assert "No program has access to your badges." in text_of(inside.learner.get("/my"))


def test_the_words_of_a_badge_and_of_a_program_stay_words(inside, stranger):
    odd = "\u202e</bdi><script>alert(1)</script>" + "w" * 140
    inside.bring(stranger_badge(stranger, name=odd))
    page = inside.learner.get("/my")
    assert "<script>alert" not in page.text and "\u202e" not in page.text
    assert "Added by the program Wallet of Everybody" in text_of(page)


def test_a_program_that_is_forgotten_is_not_taken_for_the_learner(outside, anna, web_tool):
    with web_tool.store.begin() as session:
        session.add(kept_badge(anna, web_tool.clock(), brought_by="gone"))
        session.add(kept_badge(anna, web_tool.clock(), identity="1" * 64))
    words = "Added by a program that is no longer registered."
    assert text_of(outside.get("/my")).count(words) == 1


@pytest.mark.parametrize(
    ("verdict", "fresh", "stale"),
    [
        ("verified", "tag yes", "tag unsure"),
        ("suspended", "tag no", "tag unsure"),
        ("revoked", "tag no", "tag no"),
        ("changed", "tag no", "tag no"),
    ],
)
def test_what_was_checked_long_ago_is_not_shown_as_sure(
    outside, anna, web_tool, clock, verdict, fresh, stale
):
    with web_tool.store.begin() as session:
        session.add(kept_badge(anna, clock() - timedelta(days=2), verdict=verdict))
    assert f'<span class="{fresh}">' in outside.get("/my").text
    clock.advance(minutes=1)
    page = outside.get("/my")
    assert f'<span class="{stale}">' in page.text
    if verdict == "verified":
        assert "Valid when last checked" in text_of(page)
        assert "Pēdējā pārbaudē derīga" in text_of(outside.get("/my?lang=lv"))


def test_inside_a_platform_the_page_says_where_other_badges_are_kept(school, welding):
    token = hidden(school.launch(ANNA), "_launch")
    page = school.browser.post("/lti/app/mine", data={"_launch": token})
    # Whoever administers the platform can open it as anybody.
    assert "Welding" not in page.text and "My badges outside of this course" in text_of(page)


def test_the_day_of_a_check_is_that_of_the_check(outside, anna, web_tool, clock):
    with web_tool.store.begin() as session:
        session.add(kept_badge(anna, clock() - timedelta(days=3)))
    assert "Checked on 18 November 2026" in text_of(outside.get("/my"))


def test_a_badge_that_a_wallet_has_too_is_given_once_and_as_everybody_has_it(
    annas_badge, inside, outside, web_tool
):
    """What is bound to the key of a wallet, and may leave out a name, is for that wallet alone."""
    (award,) = rows(web_tool, Award)
    holder = did_key(generate("P-256").public_key())
    issue_bound(web_tool.store, web_tool.issuers, award.id, holder, VC_SD_JWT, web_tool.clock())
    answer = inside.own.get(
        "/ims/ob/v3p0/credentials", headers={"Authorization": f"Bearer {inside.tokens['access_token']}"}
    )
    (given,) = answer.json["credential"]
    assert given["id"].endswith(annas_badge)
    archive = zipfile.ZipFile(io.BytesIO(outside.post("/my/kept/all", headers=FROM_US).data))
    assert sorted(archive.namelist()) == [f"{annas_badge}.json", f"{annas_badge}.png"]
