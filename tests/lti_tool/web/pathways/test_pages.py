"""The pages of pathways: what a learner sees and claims, what operators draft, publish and answer."""

from __future__ import annotations

import io
import re

import pytest

from lti_tool.awarding import awards
from lti_tool.conditions.tree import read_tree
from lti_tool.pathways.parts import sets_of
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    CredentialRow,
    KeptBadge,
    Pathway,
    PathwayClaim,
    TemplateVersion,
)
from lti_tool.templates import versions
from tests.fixtures import add_another_issuer, publish, rows, run_due_jobs
from tests.lti_tool.web.backpack.conftest import OTHER, stranger_badge
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, FROM_US, hidden, text_of
from tests.pathways import BY, give, templates
from tests.reviews import let_stop, make_overdue, record_review

LIST = "/operator/issuers/riga-college/pathways"


def keep(browser, text):
    return browser.post("/my/kept", data={"file": (io.BytesIO(text.encode()), "b.json")}, headers=FROM_US)


def claim(browser, pathway_id, part, what, headers=FROM_US):
    form = {"part": part, "what": what}
    return browser.post(f"/my/pathways/{pathway_id}/claim", data=form, headers=headers)


def wholes(tool, whole):
    return [each for each in rows(tool, Award) if each.template_id == whole]


# --- The learner


def test_a_learner_sees_how_far_they_are_and_what_is_next(outside, anna, pathway, web_tool):
    assert "You have no part of a pathway yet" in text_of(outside.get("/my/pathways"))
    give(web_tool, pathway[2][0], anna)
    page = text_of(outside.get("/my/pathways"))
    assert "1 of 2 parts" in page and "You need all of these" in page
    assert "Part one You have it" in page and "Part two Next" in page
    assert "not by themselves a level or a qualification" in page
    assert "1 of 2 parts" in text_of(outside.get("/my"))
    give(web_tool, pathway[2][1], anna)
    assert "Awarded You have this badge since" in text_of(outside.get("/my/pathways"))


def test_whoever_is_not_signed_in_is_led_to_the_form(browser, pathway):
    for page in (browser.get("/my/pathways"), claim(browser, pathway[0], pathway[1][0], "kept-1")):
        assert (page.status_code, page.location) == (303, "/my")


def test_no_form_of_another_site_claims_anything(outside, pathway, web_tool):
    assert claim(outside, pathway[0], pathway[1][0], "kept-1", FROM_ELSEWHERE).status_code == 403
    assert rows(web_tool, PathwayClaim) == []


def test_a_badge_from_elsewhere_is_claimed_found_equivalent_and_counts(
    outside, anna, pathway, whole, stranger, join, web_tool
):
    pathway_id, (_, second), (first_badge, _) = pathway
    give(web_tool, first_badge, anna)
    keep(outside, stranger_badge(stranger))
    (kept,) = rows(web_tool, KeptBadge)
    page = outside.get("/my/pathways")
    assert f'<option value="kept-{kept.id}">Welding</option>' in page.text
    assert "Riga College learns that you have this badge" in text_of(page)
    assert "You get the answer by e-mail" in text_of(claim(outside, pathway_id, second, f"kept-{kept.id}"))
    assert "has not answered yet" in text_of(outside.get("/my/pathways"))
    assessor = join("assessor", name="Marta Liepa")
    listed = assessor.get(LIST)
    assert "Is it equivalent?" in text_of(listed) and "Anna Bērziņa" in text_of(listed)
    (claimed,) = rows(web_tool, PathwayClaim)
    address = f"{LIST}/claims/{claimed.id}"
    asked = assessor.get(address)
    assert "Welding" in text_of(asked) and "It names an address that the learner has proved" in text_of(asked)
    report = assessor.press(address, f"{address}/check")
    assert "Liepaja School" in text_of(report)
    form = {"seen": hidden(asked, "seen"), "finding": "equivalent"}
    assert "Say why" in text_of(assessor.press(address, f"{address}/settle", **form, reason=" "))
    done = assessor.press(address, f"{address}/settle", **form, reason="The same outcomes.")
    assert (done.status_code, done.location) == (303, LIST)
    run_due_jobs(web_tool)
    (award,) = wholes(web_tool, whole)
    assert award.person_id == anna
    told = text_of(outside.get("/my/pathways"))
    assert "Your badge “Welding” counts as this part." in told and "The same outcomes." in told
    answered = text_of(assessor.get(LIST))
    assert "By Marta Liepa" in answered and "The same outcomes." in answered
    # Answered once.
    assert assessor.get(address).status_code == 404


def test_a_badge_of_somebody_else_is_nobodys_to_claim(outside, janis, anna, pathway, stranger, web_tool):
    pathway_id, (first, _), (first_badge, _) = pathway
    keep(janis, stranger_badge(stranger, address=OTHER))
    (kept,) = rows(web_tool, KeptBadge)
    assert claim(outside, pathway_id, first, f"kept-{kept.id}").status_code == 404
    award_id = give(web_tool, first_badge, anna)
    assert claim(janis, pathway_id, first, f"award-{award_id}").status_code == 404
    for what in ("award-0", "kept-99999999999", "award-", "x", ""):
        assert claim(outside, pathway_id, first, what).status_code == 404
    # A copy of Janis' badge in Anna's list still names him.
    keep(outside, stranger_badge(stranger, address=OTHER))
    copies = [each for each in rows(web_tool, KeptBadge) if each.person_id == anna]
    page = claim(outside, pathway_id, first, f"kept-{copies[0].id}")
    assert "names somebody else" in text_of(page)
    assert rows(web_tool, PathwayClaim) == []


def test_a_claim_is_taken_back_by_its_learner_alone(outside, janis, anna, pathway, stranger, web_tool):
    pathway_id, (first, _), _ = pathway
    keep(outside, stranger_badge(stranger))
    claim(outside, pathway_id, first, f"kept-{rows(web_tool, KeptBadge)[0].id}")
    (row,) = rows(web_tool, PathwayClaim)
    address = f"/my/pathways/claims/{row.id}/withdraw"
    assert janis.post(address, headers=FROM_US).status_code == 404
    assert "no longer used" in text_of(outside.post(address, headers=FROM_US))
    assert "answered already" in text_of(outside.post(address, headers=FROM_US))
    assert [each.status for each in rows(web_tool, PathwayClaim)] == ["withdrawn"]


# --- Operators


def fields(page):
    """What the form of the page would send as it is."""
    found = dict(re.findall(r'<input type="hidden" name="(set-[^"]*)" value="([^"]*)"', page.text))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', page.text):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found | dict(re.findall(r'<input id="[^"]*" name="(set-[^"]*)"[^>]* value="([^"]*)"', page.text))


def test_a_pathway_is_begun_drafted_published_and_retired(join, whole, web_tool):
    one, two, three = templates(web_tool, "Part one", "Part two", "Part three")
    manager = join("manager")
    made = manager.press(LIST, LIST, template=whole)
    address = made.location.partition("?")[0]
    for place, badge in (("set-1-1", one), ("set-2-1", two), ("set-2-2", three)):
        page = manager.get(address)
        form = fields(page) | {f"{place}-badge": badge, "press": "save", "seen": hidden(page, "seen")}
        assert manager.press(address, address, **form).status_code == 303
        web_tool.clock.advance(seconds=1)
    page = manager.get(address)
    form = fields(page) | {"set-2-needed": "1", "set-1-1-days": "365", "set-1-1-expired": "yes"}
    form |= {"press": "publish", "seen": hidden(page, "seen"), "set-2-1-model": "rpl"}
    assert manager.press(address, address, **form).status_code == 303
    (row,) = rows(web_tool, Pathway)
    assert row.status == "published"
    sets = sets_of(read_tree(row.draft))
    assert [(each.needed, [part.badge for part in each.parts]) for each in sets] == [
        (1, [one]),
        (1, [two, three]),
    ]
    first = sets[0].parts[0]
    assert (first.most_days, first.when_expired, sets[1].parts[0].model) == (365, "counts", "rpl")
    assert "Published" in text_of(manager.get(address))
    assert manager.press(address, f"{address}/retire").status_code == 303
    assert [each.status for each in rows(web_tool, Pathway)] == ["retired"]


def test_no_new_pathway_leads_to_a_badge_that_its_overdue_review_stops(join, whole, pathway, web_tool):
    one, two = templates(web_tool, "One more", "And another")
    new = publish(web_tool, name={"en": "A new whole"}, in_language="en")
    manager = join("manager")
    address = manager.press(LIST, LIST, template=new).location.partition("?")[0]
    form = {"set-1-1-badge": one, "set-2-1-badge": two, "press": "publish"}
    make_overdue(web_tool, new)
    make_overdue(web_tool, whole)
    let_stop(web_tool)

    def press(address):
        page = manager.get(address)
        more = form if address.endswith("2") else {"press": "publish"}
        return manager.press(address, address, **fields(page) | more | {"seen": hidden(page, "seen")})

    assert "no new pathway to it can be published" in text_of(press(address))
    # Learners are on this one already.
    assert press(f"{LIST}/{pathway[0]}").status_code == 303
    record_review(web_tool, new)
    assert press(address).status_code == 303


def test_what_is_wrong_with_a_pathway_is_said(join, whole, web_tool):
    manager = join("manager")
    made = manager.press(LIST, LIST, template=whole)
    address = made.location.partition("?")[0]
    seen = hidden(manager.get(address), "seen")
    page = manager.press(address, address, press="publish", seen=seen)
    assert "Choose at least one part" in text_of(page)
    assert "has a pathway already" in text_of(manager.press(LIST, LIST, template=whole))
    assert "Publish the template of the whole first" in text_of(manager.press(LIST, LIST, template="x"))
    old = manager.press(address, address, press="save", seen="2020-01-01T00:00:00+00:00")
    assert "Somebody has changed this pathway meanwhile" in text_of(old)
    for seen in ("", "yesterday", "2026-01-01T00:00:00"):
        assert manager.press(address, address, press="save", seen=seen).status_code == 400


def test_a_form_that_nobody_was_shown_changes_only_what_it_may(join, whole, web_tool):
    (one,) = templates(web_tool, "Part one")
    manager = join("manager")
    address = manager.press(LIST, LIST, template=whole).location.partition("?")[0]
    seen = hidden(manager.get(address), "seen")
    odd = {"set-1-1-badge": one, "set-1-1-part": "../../x", "set-1-1-days": "-5", "set-1-needed": "99"}
    odd |= {
        "set-1-1-model": "whole",
        "set-1-2-badge": "no-such",
        "set-59-1-badge": one,
        "set-60-1-badge": one,
    }
    manager.press(address, address, press="save", seen=seen, **odd)
    (row,) = rows(web_tool, Pathway)
    sets = sets_of(read_tree(row.draft))
    assert [(each.needed, len(each.parts)) for each in sets] == [(1, 1), (1, 1)]
    part = sets[0].parts[0]
    assert (part.model, part.most_days) == ("modular", 0) and part.part != "../../x"


def test_a_part_that_is_published_no_more_stays_in_the_form_until_somebody_takes_it_out(
    join, pathway, whole, web_tool
):
    pathway_id, _, (first, second) = pathway
    manager = join("manager")
    address = f"{LIST}/{pathway_id}"
    with web_tool.store.begin() as session:
        versions.retire(queries.templates.newest_published(session, first), web_tool.clock())
    page = manager.get(address)
    assert f"{first} (not published any more)" in text_of(page)
    assert "A part is not published any more" in text_of(page)
    form = fields(page) | {"press": "save", "seen": hidden(page, "seen")}
    assert manager.press(address, address, **form).status_code == 303
    (row,) = rows(web_tool, Pathway)
    (kept,) = sets_of(read_tree(row.draft))
    assert [part.badge for part in kept.parts] == [first, second] and kept.needed == 2
    # One that was never a part is no choice.
    other = publish(web_tool, name={"en": "Another one"})
    with web_tool.store.begin() as session:
        versions.retire(queries.templates.newest_published(session, other), web_tool.clock())
    page = manager.get(address)
    form = fields(page) | {"press": "save", "seen": hidden(page, "seen"), "set-1-1-badge": other}
    manager.press(address, address, **form)
    (kept,) = sets_of(read_tree(rows(web_tool, Pathway)[0].draft))
    assert [part.badge for part in kept.parts] == [second]


def test_what_became_of_the_template_of_the_whole_is_said(join, pathway, whole, web_tool):
    manager = join("manager")
    address = f"{LIST}/{pathway[0]}"
    assert "newer version" not in text_of(manager.get(address))
    with web_tool.store.begin() as session:
        new = versions.next_version(
            session, queries.templates.newest_published(session, whole), web_tool.clock()
        )
        session.flush()
        versions.publish(new, web_tool.issuer.profile, web_tool.clock())
    assert "The badge has a newer version" in text_of(manager.get(address))
    with web_tool.store.begin() as session:
        for row in session.query(TemplateVersion).filter_by(template_id=whole, status="published"):
            versions.retire(row, web_tool.clock())
    assert "The template of this badge is retired" in text_of(manager.get(address))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": "revoked"}, "Revoked Your badge was revoked"),
        ({"suspended": True}, "Suspended Your badge is suspended"),
        ({"expired": True}, "Expired Your badge has expired"),
    ],
)
def test_a_whole_that_is_not_valid_is_not_shown_as_one_that_is(
    outside, anna, pathway, whole, web_tool, columns, words
):
    for badge in pathway[2]:
        give(web_tool, badge, anna)
    (award,) = wholes(web_tool, whole)
    now = web_tool.clock()
    with web_tool.store.begin() as session:
        row = session.get_one(Award, award.id)
        if "status" in columns:
            awards.revoke(session, row, "by mistake", now, BY)
        elif "suspended" in columns:
            row.credential.suspended_at = now
        else:
            row.credential.valid_until = now
    page = text_of(outside.get("/my/pathways"))
    assert words in page and "You have this badge since" not in page
    mine = text_of(outside.get("/my")).partition("My pathways")[2]
    assert words.split()[0] in mine and "Awarded" not in mine


def test_a_correction_of_a_badge_of_no_course_is_asked_of_the_institution(
    outside, anna, pathway, whole, join, web_tool
):
    for badge in pathway[2]:
        give(web_tool, badge, anna)
    (award,) = wholes(web_tool, whole)
    (badge_id,) = [each.id for each in rows(web_tool, CredentialRow) if each.award_id == award.id]
    form = {"words": "My name is spelled otherwise."}
    page = outside.post(f"/my/badges/{badge_id}/list/correction", data=form, headers=FROM_US)
    assert "The institution is told" in text_of(page)
    assert "The institution has not answered yet" in text_of(outside.get("/my"))
    other = join("owner", add_another_issuer(web_tool).id)
    manager = join("manager")
    home = "/operator/issuers/riga-college"
    assert "A learner asks for a correction of a badge: Anna Bērziņa" in text_of(manager.get(home))
    assert "asks for a correction" not in text_of(other.get("/operator/issuers/daugava-school"))
    address = f"{home}/people/{anna}"
    assert "My name is spelled otherwise." in text_of(manager.get(address))
    manager.press(address, f"{address}/awards/{award.id}/settle")
    assert "asks for a correction" not in text_of(manager.get(home))


# --- Everybody


def test_the_public_page_of_the_whole_names_its_parts(browser, pathway, whole):
    page = browser.get(f"/achievements/{whole}/1", headers={"Accept": "text/html"})
    words = text_of(page)
    assert "Made of parts" in words and "All of these are needed:" in words
    assert "Part one" in words and "not by themselves a level or a qualification" in words
    alone = browser.get(f"/achievements/{pathway[2][0]}/1", headers={"Accept": "text/html"})
    assert "Made of parts" not in text_of(alone)
