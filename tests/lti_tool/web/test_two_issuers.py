"""Two issuers side by side: each has its own platforms, templates, lists and awards, and sees nothing of the other."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from badges.recognition_pack.signed import read_pack
from lti_tool.awarding import awards, confirmations, looks, permissions, placing, rule_changes
from lti_tool.conditions.tree import all_of
from lti_tool.errors import AwardStateError, NotAllowedError, NotFoundError
from lti_tool.issuing import issuer_changes
from lti_tool.people import operator_sessions
from lti_tool.platforms import invitations
from lti_tool.publishing import issuer_documents
from lti_tool.publishing.recognition_packs import pack_of, packed_rows
from lti_tool.store import events, outbox, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, Outbox, StatusList, TemplateVersion
from lti_tool.web.page_issuer import page_issuer
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    DAUGAVA,
    JANIS,
    NEW_REGISTRATION,
    OPENED_TO_THEM,
    PETERIS,
    ZANE,
    add_another_issuer,
    change_authority,
    change_issuer,
    complete,
    place_badge,
    rows,
    run_due_jobs,
)
from tests.lti_tool.web.approver.test_approval import code_in_mail
from tests.lti_tool.web.conftest import School, browser_of, hidden, list_of_everybody, text_of
from tests.lti_tool.web.editor.test_editor import ASSESSMENT, BADGE, LEARNING, Editor
from tests.lti_tool.web.platforms.test_registration_page import CONFIGURATION, URL
from tests.lti_tool.web.teacher.test_placement import REQUEST

DAUGAVA_DID = "did:web:badges.example.org:issuers:daugava-school"
PLATFORM = replace(
    NEW_REGISTRATION, platform_id="https://lms.daugava.example", client_id="client-2", name="Daugava School"
)


@pytest.fixture
def tool(tool_on_any_database):
    """The fixtures of the pages build on it."""
    return tool_on_any_database


@dataclass(kw_only=True)
class Daugava:
    """The second issuer: its key, its published template, and its platform."""

    id: str
    template: str
    school: Any


@pytest.fixture
def daugava(web_tool, school, app, school_key, clock):
    added = add_another_issuer(web_tool)
    invitations.register(web_tool.store, added.code, clock, lambda: PLATFORM)
    with web_tool.store.begin() as session:
        registration = queries.platforms.find_registration(session, PLATFORM.platform_id, None)
        custom = place_badge(session, web_tool, registration.id, added.template_id)
    theirs = School(
        browser=browser_of(app),
        key=school_key,
        clock=clock,
        badge=added.template_id,
        custom=custom,
        registration=PLATFORM,
    )
    return Daugava(id=added.id, template=added.template_id, school=theirs)


RIGAS, THEIRS = "Data literacy for decision makers", "River pilot"


def post(school, page, path, **form):
    return school.browser.post(path, data={"_launch": hidden(page, "_launch"), **form})


def test_each_sees_its_own_badges_and_no_others(school, daugava):
    for one, own, other in ((school, RIGAS, THEIRS), (daugava.school, THEIRS, RIGAS)):
        choosing = one.launch(ZANE, **REQUEST)
        for page in (choosing, post(one, choosing, "/lti/app/templates")):
            assert own in text_of(page) and other not in text_of(page)
        assert own in text_of(one.launch(ZANE)) and other not in text_of(one.launch(ZANE))


def test_a_badge_of_another_issuer_can_be_neither_placed_nor_read_nor_copied(school, daugava):
    choosing = school.launch(ZANE, **REQUEST)
    page = post(school, choosing, "/lti/app/place", badge=daugava.template, condition="link_opened_to_them")
    assert "Choose a badge first." in text_of(page)
    for what in ("report", "copy", "export", "edit", "next", "retire"):
        answer = post(school, choosing, f"/lti/app/templates/{daugava.template}/1/{what}")
        assert answer.status_code == 404, what


def test_a_link_to_a_badge_of_another_issuer_names_none(school, daugava, web_tool):
    school.custom = {"badge": daugava.template, "rule": json.dumps(OPENED_TO_THEM)}
    school.launch(ZANE)
    assert rows(web_tool, AwardRule) == []


@pytest.fixture
def both_awarded(school, daugava, web_tool, platform, clock):
    """Anna has the badge of each issuer."""
    for one in (school, daugava.school):
        one.launch(ZANE)
    clock.advance(hours=1)
    for rule in rows(web_tool, AwardRule):
        platform.inside = [ZANE]
        complete(web_tool, platform, rule.course_id, ANNA)
    run_due_jobs(web_tool)
    return {row.issuer_id: row for row in rows(web_tool, CredentialRow)}


def test_each_awards_by_its_own_name_keys_and_lists(both_awarded, school, daugava, web_tool, clock):
    assert set(both_awarded) == {web_tool.issuer.id, daugava.id}
    theirs, rigas = both_awarded[daugava.id], both_awarded[web_tool.issuer.id]
    assert json.loads(theirs.text)["issuer"]["id"] == DAUGAVA_DID
    assert "Riga College" not in theirs.text and "Daugava" not in rigas.text
    for row in (theirs, rigas):
        assert web_tool.verify(row.text.encode()).verdict == "verified"
        assert web_tool.verify(row.jwt.encode()).verdict == "verified"
    assert {row.issuer_id for row in rows(web_tool, StatusList)} == set(both_awarded)
    method = json.loads(theirs.text)["proof"]
    method = (method[0] if isinstance(method, list) else method)["verificationMethod"]
    assert method in {
        each["id"] for each in issuer_documents.did_document(web_tool, "daugava-school")["verificationMethod"]
    }
    assert {award.issuer_id for award in rows(web_tool, Award)} == set(both_awarded)


def test_each_page_names_its_own_issuer(both_awarded, school, daugava):
    for one, own, other in (
        (school, "Riga College", "Daugava School"),
        (daugava.school, "Daugava School", "Riga College"),
    ):
        page = one.launch(ANNA)
        assert own in text_of(page) and other not in text_of(page)
    for row in both_awarded.values():
        page = text_of(school.browser.get(f"/badges/{row.id}"))
        is_theirs = row.issuer_id == daugava.id
        assert ("Daugava School" in page) is is_theirs and ("Riga College" in page) is not is_theirs
        assert ("Daugava" in text_of(school.browser.get("/issuers/daugava-school"))) is True


def test_a_rule_of_one_issuer_is_none_of_another(school, daugava, web_tool):
    change_issuer(web_tool, awarding={"assistants_may_confirm": False})
    with web_tool.store.read() as session:
        assert not web_tool.issuers.first(session).policy.assistants_may_confirm
        assert web_tool.issuers.of(session, daugava.id).policy.assistants_may_confirm


def test_each_judges_templates_by_its_own_settings_of_authority_and_asks_its_own_approvers(
    school, daugava, web_tool, clock, tmp_path
):
    change_authority(web_tool, highest_level=3, approvers=["ruta@riga-college.example"])
    theirs = {"highest_level": 8, "approvers": ["otto@daugava.example"]}
    with web_tool.store.begin() as session:
        data = DAUGAVA | {"authority": theirs}
        issuer_changes.change(session, web_tool.issuers.of(session, daugava.id), data, clock())
    for one, allowed in ((school, False), (daugava.school, True)):
        zane = Editor(one.browser, one.launch(ZANE)).post("/lti/app/templates/new")
        zane.save("badge", BADGE)
        zane.save("learning", LEARNING | {"/level": "8"})
        assert (zane.problems() == {}) is allowed
    zane.save("assessment", ASSESSMENT)
    zane.publish()
    code = code_in_mail(web_tool, tmp_path)
    assert [mail.name.partition(".")[0] for mail in tmp_path.glob("mail/approval-*.eml")] == ["approval-2"]
    school.browser.post("/lti/approval", data={"code": code, "answer": "approved"})
    newest = rows(web_tool, TemplateVersion)[-1]
    assert (newest.issuer_id, newest.status) == (daugava.id, "published")


def test_a_course_awards_for_another_issuer_where_an_operator_permits_it(
    school, daugava, web_tool, platform, clock
):
    school.launch(ZANE)  # the course is known now
    with web_tool.store.begin() as session:
        (course,) = queries.people.courses_named(session, 1, "Data Literacy Fundamentals")
        permissions.permit(session, web_tool.issuers.of(session, daugava.id), 1, course.id, clock())
    choosing = school.launch(ZANE, **REQUEST)
    assert f"{THEIRS} " in text_of(choosing) and "A badge awarded by Daugava School." in text_of(choosing)
    elsewhere = {"https://purl.imsglobal.org/spec/lti/claim/context": {"id": "43", "title": "Other"}}
    assert THEIRS not in text_of(school.launch(ZANE, **REQUEST, **elsewhere))
    with web_tool.store.begin() as session:
        custom = place_badge_of_course(session, web_tool, daugava.template, course.id)
    link = {"https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "2", "title": "Pilot"}}
    school.custom = custom
    assert THEIRS in text_of(school.launch(ZANE, **link))
    clock.advance(hours=1)
    complete(web_tool, platform, course.id, ANNA)
    run_due_jobs(web_tool)
    issued = {row.issuer_id: row for row in rows(web_tool, CredentialRow)}
    assert DAUGAVA_DID in issued[daugava.id].text
    page = text_of(school.launch(ANNA, **link))
    assert "from Daugava School" in page and "Riga College" not in page
    # All badges are a page of the course, and of its issuer.
    from_profile = {
        "https://purl.imsglobal.org/spec/lti/claim/custom": custom | {"nozimite_page": "my_badges"}
    }
    with school.browser:
        assert "<h1>My badges</h1>" in school.launch(ANNA, **link, **from_profile).text
        assert page_issuer().id != daugava.id
    with web_tool.store.begin() as session:
        permissions.withdraw(session, web_tool.issuers.of(session, daugava.id), 1, course.id, clock())
    assert THEIRS not in text_of(school.launch(ZANE, **REQUEST))
    with web_tool.store.begin() as session, pytest.raises(NotFoundError):
        permissions.withdraw(session, web_tool.issuers.of(session, daugava.id), 1, course.id, clock())


def test_a_recognition_pack_is_signed_by_the_issuer_of_its_badges_and_never_for_another(
    both_awarded, daugava, web_tool, clock
):
    with web_tool.store.read() as session:
        for issuer_id, row in both_awarded.items():
            rows_of_pack = packed_rows(session, [row.id])
            pack = read_pack(pack_of(web_tool, session, rows_of_pack).signed)
            assert pack.issuer_id == json.loads(row.text)["issuer"]["id"]
            assert web_tool.check_pack(pack) == "genuine"
            # One issuer's key, and what it says, do not speak for the badges of the other.
            (other,) = (each for each in both_awarded.values() if each.issuer_id != issuer_id)
            mixed = json.loads(pack.text)
            mixed["badges"][0]["credential"] = other.text
            assert web_tool.check_pack(read_pack(json.dumps(mixed))) == "not_by_issuer"
        with pytest.raises(NotAllowedError):
            packed_rows(session, [row.id for row in both_awarded.values()])


def test_the_report_on_a_permitted_badge_is_by_the_settings_of_its_own_issuer(
    school, daugava, web_tool, clock
):
    with web_tool.store.begin() as session:
        permissions.permit(session, web_tool.issuers.of(session, daugava.id), 1, None, clock())
    change_issuer(web_tool, country=None)
    choosing = school.launch(ZANE, **REQUEST)
    page = post(school, choosing, f"/lti/app/templates/{daugava.template}/1/report")
    assert THEIRS in text_of(page) and "State the country of the issuer. Met" in text_of(page)


@dataclass(kw_only=True)
class Lent:
    """A course of Riga College that awards the badge of the second issuer by a link of its own, and both badges."""

    course: int
    rule: int
    link: dict[str, Any]


@pytest.fixture
def lent(school, daugava, web_tool, clock):
    school.launch(ZANE)
    with web_tool.store.begin() as session:
        (course,) = queries.people.courses_named(session, 1, "Data Literacy Fundamentals")
        permissions.permit(session, web_tool.issuers.of(session, daugava.id), 1, course.id, clock())
        school.custom = place_badge_of_course(session, web_tool, daugava.template, course.id)
    link = {"https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "2", "title": "Pilot"}}
    school.launch(ZANE, **link)
    clock.advance(hours=1)
    rule = next(row.id for row in rows(web_tool, AwardRule) if row.issuer_id == daugava.id)
    return Lent(course=course.id, rule=rule, link=link)


def change_permission(change, web_tool, daugava, course_id):
    with web_tool.store.begin() as session:
        issuer = web_tool.issuers.of(session, daugava.id)
        change(session, issuer, 1, course_id, web_tool.clock(), events.operator("root"))


def acts(web_tool, *names):
    return [
        (row.what, row.about_kind, row.about, row.why, row.actor)
        for row in rows(web_tool, Event)
        if row.what in names
    ]


def awarded_for(web_tool, issuer_id):
    return [row.person_id for row in rows(web_tool, Award) if row.issuer_id == issuer_id]


def test_without_the_permission_a_link_stands_still_at_once_and_goes_on_with_it(
    school, daugava, lent, web_tool, platform, clock
):
    complete(web_tool, platform, lent.course, ANNA)
    assert len(awarded_for(web_tool, daugava.id)) == 1
    change_permission(permissions.withdraw, web_tool, daugava, lent.course)
    assert acts(web_tool, "rule_stopped") == [
        ("rule_stopped", "rule", str(lent.rule), "permission_withdrawn", "root")
    ]
    complete(web_tool, platform, lent.course, JANIS)
    assert len(awarded_for(web_tool, daugava.id)) == 1
    assert len(awarded_for(web_tool, web_tool.issuer.id)) == 2, "the badge of their own issuer goes on"
    page = text_of(school.launch(ZANE, **lent.link))
    for text in (
        "Not permitted",
        "This course may no longer award this badge",
        "withdrawn the permission to award badges of Daugava School here",
        "Badges already awarded stay valid.",
    ):
        assert text in page, text
    assert "This badge is not awarded in this course any more." in text_of(school.launch(JANIS, **lent.link))
    with web_tool.store.begin() as session:
        session.get_one(Outbox, looks.look_id(lent.course)).due_at = clock() + timedelta(hours=6)
    change_permission(permissions.permit, web_tool, daugava, lent.course)
    assert looks.look_id(lent.course) in {
        job.id for job in outbox.claim(web_tool.store, outbox.LOOKS, clock(), 9)
    }
    assert acts(web_tool, "rule_continued") == [
        ("rule_continued", "rule", str(lent.rule), "permission_given", "root")
    ]
    assert "Not permitted" not in text_of(school.launch(ZANE, **lent.link))
    for _ in range(2):
        looks.look(web_tool.store, platform, lent.course, clock.advance(minutes=10))
    assert len(awarded_for(web_tool, daugava.id)) == 2


def test_a_permission_that_another_one_covers_stops_nothing(school, daugava, lent, web_tool):
    change_permission(permissions.permit, web_tool, daugava, None)
    change_permission(permissions.withdraw, web_tool, daugava, lent.course)
    assert acts(web_tool, "rule_stopped", "rule_continued") == []
    change_permission(permissions.withdraw, web_tool, daugava, None)
    assert [row[0] for row in acts(web_tool, "rule_stopped")] == ["rule_stopped"]


def test_without_the_permission_no_teacher_awards_either(school, daugava, lent, web_tool, platform, clock):
    complete(web_tool, platform, lent.course, ANNA)
    run_due_jobs(web_tool)
    with web_tool.store.begin() as session:
        award = session.query(Award).filter_by(issuer_id=daugava.id).one()
        awards.revoke(session, award, "the wrong course", clock(), events.operator("root"))
    change_permission(permissions.withdraw, web_tool, daugava, lent.course)
    with web_tool.store.begin() as session:
        award = session.query(Award).filter_by(issuer_id=daugava.id).one()
        with pytest.raises(AwardStateError) as refused:
            awards.award_again(session, award, "it was right", clock(), events.operator("root"))
        assert refused.value.code == "not_permitted"
        zane, anna = (queries.people.person_of(session, 1, each.user_id).id for each in (ZANE, ANNA))
        rule, policy = session.get_one(AwardRule, lent.rule), web_tool.issuer.policy
        said = confirmations.confirm_learners(session, rule, [anna], zane, policy, clock())
        assert said.refused == {anna: "not_open"}
        with pytest.raises(NotAllowedError):
            confirmations.answer_question(session, rule, 1, "completed", [anna], zane, policy, clock())
    token = hidden(school.launch(ZANE, **lent.link), "_launch")
    assert "Award again" in text_of(list_of_everybody(school, lent.rule, **lent.link))
    answer = school.browser.post(
        f"/lti/app/awards/{award.id}/again", data={"_launch": token, "confirmed": "yes", "reason": "Right"}
    )
    assert "This course may no longer award this badge" in text_of(answer)


def test_a_withdrawal_and_a_look_that_meet_come_one_after_the_other(
    school, daugava, lent, web_tool, platform, clock
):
    """What the look awards is awarded before the permission ends, or not at all."""
    platform.everyone.append(PETERIS)
    looks.look(web_tool.store, platform, lent.course, clock())
    platform.inside += [ANNA]
    all_at_once(
        lambda: looks.look(web_tool.store, platform, lent.course, clock()),
        lambda: change_permission(permissions.withdraw, web_tool, daugava, lent.course),
    )
    found = [row for row in rows(web_tool, Event) if row.what in ("awarded", "rule_stopped")]
    theirs = [row.what for row in sorted(found, key=lambda row: row.id) if row.issuer_id == daugava.id]
    assert theirs in (["awarded", "rule_stopped"], ["rule_stopped"])


def test_a_withdrawal_waits_for_whoever_decides_in_the_course(daugava, lent, web_tool):
    """Else a look that has read the permission could award after it has ended."""
    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as session:
            queries.people.lock_course(session, lent.course)
            withdrawing = pool.submit(change_permission, permissions.withdraw, web_tool, daugava, lent.course)
            assert wait([withdrawing], timeout=1).done == set()
        withdrawing.result()
    assert [row[0] for row in acts(web_tool, "rule_stopped")] == ["rule_stopped"]


def test_a_confirmed_copy_of_a_badge_of_another_issuer_awards_it_once(
    school, daugava, lent, web_tool, platform, clock
):
    """After a revocation a rule awards nothing again, whoever the issuer is."""
    other = {"https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "3", "title": "A copy"}}
    school.launch(ZANE, **other)
    copy = rows(web_tool, AwardRule)[-1].id
    with web_tool.store.begin() as session:
        rule = session.get_one(AwardRule, copy)
        proposed = queries.rules.proposed_version(session, copy)
        rule_changes.confirm_change(session, rule, proposed.id, None, clock())
    assert {row.issuer_id for row in rows(web_tool, AwardRule) if row.id in (copy, lent.rule)} == {daugava.id}
    complete(web_tool, platform, lent.course, ANNA)
    run_due_jobs(web_tool)
    with web_tool.store.begin() as session:
        award = session.query(Award).filter_by(issuer_id=daugava.id).one()
        awards.revoke(session, award, "the wrong course", clock(), events.operator("root"))
    looks.look(web_tool.store, platform, lent.course, clock.advance(minutes=10))
    assert len(awarded_for(web_tool, daugava.id)) == 1


def place_badge_of_course(session, tool, template_id, course_id):
    return dict(
        placing.place(
            session,
            queries.templates.published_template(session, template_id, 1, course_id),
            all_of([OPENED_TO_THEM]),
            registration_id=1,
            course_id=course_id,
            person_id=queries.people.person_of(session, 1, ZANE.user_id).id,
            now=tool.clock(),
        )
    )


def test_the_operator_opens_the_templates_of_one_issuer(school, daugava, web_tool):
    for key, own, other in (
        (daugava.id, THEIRS, RIGAS),
        (web_tool.issuer.id, RIGAS, THEIRS),
        ("", RIGAS, THEIRS),
    ):
        code = operator_sessions.invite_operator(web_tool.expiring_values, "root", key)
        named = "Daugava School" if key == daugava.id else "Riga College"
        assert f"Badge templates of {named}" in text_of(school.browser.get(f"/lti/editor?code={code}"))
        page = school.browser.post("/lti/editor", data={"code": code})
        assert own in text_of(page) and other not in text_of(page)


def test_the_page_of_a_registration_names_the_issuer_of_its_invitation(school, daugava, web_tool, network):
    network.table[URL] = CONFIGURATION
    for key, name in ((daugava.id, "Daugava School"), (web_tool.issuer.id, "Riga College")):
        with web_tool.store.begin() as session:
            code = invitations.invite(session, web_tool.clock(), issuer_id=key)
        asked = {"openid_configuration": URL, "code": code}
        page = school.browser.get("/lti/register", query_string=asked)
        assert f"Badges will be issued by {name}." in text_of(page)


def test_an_invitation_names_its_issuer(daugava, web_tool):
    with web_tool.store.read() as session:
        found = {row.client_id: row.issuer_id for row in queries.platforms.registrations(session)}
    assert found == {"client-1": web_tool.issuer.id, "client-2": daugava.id}
