"""The story of one learner, two issuers and two packs: each speaks for its own badges, and sees its own alone."""

from __future__ import annotations

import io
import json

import pytest

from badges.pdf.attachments import attached_text
from badges.recognition_pack.signed import read_pack
from lti_tool.people import addresses
from lti_tool.store.events import person
from lti_tool.store.models import Award, CredentialRow, Event
from tests.fixtures import JANIS, rows, run_due_jobs
from tests.lti_tool.web.backpack.conftest import prove, signed_in
from tests.lti_tool.web.conftest import FROM_US, browser_of, text_of
from tests.lti_tool.web.test_two_issuers import both_awarded, daugava, tool
from tests.pathways import give, templates

__all__ = ["both_awarded", "daugava", "tool"]

ADDRESS = "anna@home.example"


@pytest.fixture
def sets(both_awarded, web_tool, daugava):
    """The ids of Anna's badges, by issuer: two of Riga College, one of the other, on a platform of each."""
    (rigas,) = [row for row in rows(web_tool, Award) if row.issuer_id == web_tool.issuer.id]
    (another,) = templates(web_tool, "Data for teachers")
    give(web_tool, another, rigas.person_id)
    run_due_jobs(web_tool)
    with web_tool.store.begin() as session:
        for person_id in {row.person_id for row in session.query(Award)}:
            addresses.save_proof(session, person_id, ADDRESS, web_tool.clock(), person(person_id))
    found: dict[str, list[str]] = {}
    for row in rows(web_tool, CredentialRow):
        found.setdefault(row.issuer_id, []).append(row.id)
    assert [len(found[each]) for each in (web_tool.issuer.id, daugava.id)] == [2, 1]
    return found


@pytest.fixture
def anna(app, web_tool, sets):
    """Anna's browser, signed in by the address that she has proved on both platforms."""
    return signed_in(app, web_tool, ADDRESS)


def ask(browser, badges, form):
    return browser.post("/my/recognition-pack", data={"badge": badges, "form": form}, headers=FROM_US)


def test_each_set_is_a_pack_of_its_issuer_and_the_verifier_says_so(anna, sets, web_tool, daugava):
    page = text_of(anna.get("/my"))
    assert "Recognition pack: Riga College" in page and "Recognition pack: Daugava School" in page
    for issuer_id, name in ((web_tool.issuer.id, "Riga College"), (daugava.id, "Daugava School")):
        badges = sets[issuer_id]
        pdf = ask(anna, badges, "pdf").data
        text = attached_text(pdf).text
        pack = read_pack(text)
        assert {json.loads(each)["id"].rpartition("/")[2] for each in pack.credentials} == set(badges)
        assert name in pack.issuer_name.values()
        other = "Daugava" if name == "Riga College" else "Riga"
        assert other not in text.replace("/issuers/riga-college", "")
        given = {"file": (io.BytesIO(pdf), "pack.pdf")}
        said = text_of(anna.post("/verify", data=given, headers=FROM_US))
        assert f"This recognition pack is as {name} signed it." in said
        assert f"{len(badges)} {'are' if len(badges) > 1 else 'is'} genuine and valid" in said


def test_no_pack_has_badges_of_both(anna, sets, web_tool):
    for form in ("pdf", "json"):
        assert ask(anna, [each for ids in sets.values() for each in ids], form).status_code == 403
    assert [event for event in rows(web_tool, Event) if event.why == "recognition_pack"] == []


def test_what_was_packed_is_told_to_its_issuer_alone(anna, sets, web_tool):
    for badges in sets.values():
        assert ask(anna, badges, "json").status_code == 200
    told = [event for event in rows(web_tool, Event) if event.why == "recognition_pack"]
    assert sorted((event.issuer_id, event.data["badges"]) for event in told) == sorted(
        (issuer_id, len(ids)) for issuer_id, ids in sets.items()
    )


def test_of_one_issuer_a_learner_packs_what_they_choose_and_nothing_that_is_not_theirs(
    anna, app, sets, web_tool
):
    first, second = sets[web_tool.issuer.id]
    assert len(read_pack(ask(anna, [second], "json").text).credentials) == 1
    prove(web_tool, JANIS, "janis@home.example")
    stranger = signed_in(app, web_tool, "janis@home.example")
    for wanted in ([first], [first, second], *([each] for ids in sets.values() for each in ids)):
        assert ask(stranger, wanted, "json").status_code == 404
    assert ask(browser_of(app), [first], "json").status_code in (302, 303, 401, 403)
